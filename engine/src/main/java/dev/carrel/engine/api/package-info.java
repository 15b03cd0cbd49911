/**
 * JupyterHub 5's REST API under {@code /hub/api}: same paths, field names and status codes, so that its clients work unchanged. Fields may be added,
 * never changed. Handlers run on virtual threads and ask {@link dev.carrel.engine.web.Callers} what the caller may.
 */
@NullMarked
package dev.carrel.engine.api;

import org.jspecify.annotations.NullMarked;
