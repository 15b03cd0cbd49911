/* Copyright the Carrel authors. */
package dev.carrel.protocol.command;

import java.time.Duration;

/**
 * How an address of a container is kept from reaching the one that has it next. The manager lets an address rest for {@link #AFTER_END} after its
 * container is gone, whatever was going on meanwhile; the engine asks for no start unless the router's table agreed with the containers
 * within {@link #AGREEMENT}. So whoever may get a rested address, the router has been told since that its former holder is gone.
 */
public final class AddressRest {
    /** How long an address is given to nobody. */
    public static final Duration AFTER_END = Duration.ofHours(1);

    /** How old the last agreement of table and containers may be when a session is started; well below {@link #AFTER_END}. */
    public static final Duration AGREEMENT = Duration.ofMinutes(30);

    private AddressRest() {}
}
