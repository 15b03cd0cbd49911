/**
 * The public door and what stands behind it: reads requests, has them decided, carries bytes both ways with back-pressure, keeps connections to sessions
 * and engine for reuse, relays WebSockets untouched. A client's connection, its exchange and its upstream connection share one event loop, so
 * nothing here locks. Only {@link dev.carrel.router.proxy.PublicDoor} is called from other threads.
 *
 * <p>A request's way: {@code DoorPipeline} → {@code ClientHandler} → {@code Decider} → {@code Exchange} → {@code LoopPool} → {@code Upstream}, and back
 * the same way.
 */
@NullMarked
package dev.carrel.router.proxy;

import org.jspecify.annotations.NullMarked;
