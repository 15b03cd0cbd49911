/* Copyright the Carrel authors. */
/** Mail by an SMTP server: a connection for each mail, what the server answers told apart into for now and for good, its limits kept. */
@org.jspecify.annotations.NullMarked
package dev.carrel.mail.smtp;
