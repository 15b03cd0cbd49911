/** The router's section of the settings file. Values only. */
@NullMarked
package dev.carrel.router.settings;

import org.jspecify.annotations.NullMarked;
