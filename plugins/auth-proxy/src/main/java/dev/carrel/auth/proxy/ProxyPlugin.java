/* Copyright the Carrel authors. */
package dev.carrel.auth.proxy;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;

/** One way to sign in that asks nobody anything. */
public final class ProxyPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        return List.of(new ProxyAuthenticator(context.settings(ProxySettings.class), context.log()));
    }
}
