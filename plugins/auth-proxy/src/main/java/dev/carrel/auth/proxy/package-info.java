/* Copyright the Carrel authors. */
/** Signs in whom a proxy in front of the router has identified. */
@org.jspecify.annotations.NullMarked
package dev.carrel.auth.proxy;
