/* Copyright the Carrel authors. */
/**
 * A small HTTP/1.1 server: routes, filters, blocking handlers on virtual threads, streaming both ways, server-sent events, graceful
 * drain. The engine's pages and APIs and the router's control API are built on it.
 *
 * <p>A request's way: {@code ConnectionPipeline} builds the pipeline of a connection; {@code RequestDispatcher} (event loop) makes an
 * {@code Exchange} of each request and matches the route; {@code HandOver} is the one place where work leaves the event loop for a virtual
 * thread; there {@code ExchangeRunner} runs filters and handler and {@code ResponseWriter} sends the answer back through the event loop.
 * Event loops never block; handlers may.
 */
@NullMarked
package dev.carrel.http.server;

import org.jspecify.annotations.NullMarked;
