/* Copyright the Carrel authors. */
package dev.carrel.check.email;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import dev.carrel.plugin.PluginContext;
import java.util.List;

/** A check; and pages, mails and some cleaning for those who name an address. */
public final class EmailPlugin implements Plugin {
    @Override
    public List<Extension> start(PluginContext context) {
        EmailSettings settings = context.settings(EmailSettings.class);
        AllowedAddresses allowed = new AllowedAddresses(settings.allowed());
        if (!settings.verification()) {
            return List.of(new EmailCheck(settings, allowed, Proofs.NOBODY));
        }
        Codes codes = new Codes(context.database(), settings, context.clock());
        AddressPages pages =
                new AddressPages(codes, allowed, settings, context.mailer(), context.site(), context.log());
        Proofs proofs = new StoredProofs(codes, context::hasFeature);
        return List.of(new EmailCheck(settings, allowed, proofs), pages, new Cleaning(codes, context::hasFeature));
    }
}
