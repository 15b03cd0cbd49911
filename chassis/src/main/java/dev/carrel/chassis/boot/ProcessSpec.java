/* Copyright the Carrel authors. */
package dev.carrel.chassis.boot;

import com.google.inject.Module;
import dev.carrel.chassis.site.ProcessName;
import java.util.List;

/**
 * What makes a process: its name, the settings sections it reads (site and log are added) and its modules.
 *
 * @param name of the process
 * @param sections of {@code carrel.yaml} that are its own
 * @param modules what it consists of
 */
public record ProcessSpec(ProcessName name, List<Class<? extends Record>> sections, List<Module> modules) {}
