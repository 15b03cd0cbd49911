/* Copyright the Carrel authors. */
package dev.carrel.plugin;

import java.net.URI;

/**
 * The site that a plugin works for.
 *
 * @param url what people type, without a slash at its end
 * @param local whether only this machine can reach it: the door listens on loopback, and the site's name leads there
 */
public record Site(URI url, boolean local) {}
