/**
 * The control API on 127.0.0.1: configurable-http-proxy's REST API, which stock JupyterHub speaks, and what Carrel's engine says besides. Handlers run on
 * virtual threads and wait for the disk.
 */
@NullMarked
package dev.carrel.router.control;

import org.jspecify.annotations.NullMarked;
