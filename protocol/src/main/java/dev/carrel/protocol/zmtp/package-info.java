/**
 * ZeroMQ's wire protocol, ZMTP 3.1 (RFC 37) without encryption, as who binds speaks it to DEALERs and REPs it does not trust. A library's ROUTER takes messages of
 * any number of frames into memory, believes the identities that peers give themselves and does not say that a peer is gone; here everything is
 * bounded before it is read, and each connection is a thing of its own. Knows nothing of what is said.
 */
@NullMarked
package dev.carrel.protocol.zmtp;

import org.jspecify.annotations.NullMarked;
