/* Copyright the Carrel authors. */
package dev.carrel.chassis.boot;

import com.google.inject.Binder;
import com.google.inject.multibindings.Multibinder;

/** Tells the boot which services to start. */
public final class Services {
    private Services() {}

    /** Adds one to the end of the order. The class must be bound. */
    public static void add(Binder binder, Class<? extends Service> service) {
        Multibinder.newSetBinder(binder, Service.class).addBinding().to(service);
    }
}
