/* Copyright the Carrel authors. */
package dev.carrel.check.gate;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;
import java.util.function.BooleanSupplier;

/** A check, a page for those who wait, a task that lets them in, and a section for administrators. */
public final class GatePlugin implements Plugin {
    private static final String MAIL = "mail";

    @Override
    public List<Extension> start(PluginContext context) {
        GateSettings settings = context.settings(GateSettings.class);
        BooleanSupplier mails = () -> context.hasFeature(MAIL);
        Gate gate = new Gate(context.database(), settings, context.clock(), mails);
        return List.of(
                new GateCheck(gate),
                new QueuePage(gate, settings.message(), mails),
                new Activation(gate, settings, context.mailer(), mails, context.site(), context.clock(), context.log()),
                new GateSection(gate, settings),
                new GateActions(gate, context.log()));
    }
}
