/**
 * The engine's HTTP server: routes with an access rule each, who is asking, protection against forged requests, errors. Pages and the REST API
 * register their endpoints here. Every request runs on a virtual thread of its own.
 */
@NullMarked
package dev.carrel.engine.web;

import org.jspecify.annotations.NullMarked;
