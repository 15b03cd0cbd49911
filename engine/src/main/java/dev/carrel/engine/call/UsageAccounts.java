/* Copyright the Carrel authors. */
package dev.carrel.engine.call;

import dev.carrel.plugin.UsageAccounting;
import dev.carrel.plugin.host.LiveExtension;
import java.util.List;

/** Who keeps accounts of how much functions were used. */
@FunctionalInterface
public interface UsageAccounts {
    /** Those plugins that do, as of now. */
    List<LiveExtension<UsageAccounting>> now();
}
