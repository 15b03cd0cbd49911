/* Copyright the Carrel authors. */
package dev.carrel.ui;

/** After signing out. */
public record SignedOutPage(Frame frame) implements View {}
