/* Copyright the Carrel authors. */
package dev.carrel.plugin.host;

import dev.carrel.plugin.Extension;
import dev.carrel.plugin.Plugin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Judges a plugin's classes before anything of it runs. {@link java.util.ServiceLoader} is not used: it tells what is wrong in words for
 * programmers of the host, and finds a method that is not there only when it is called.
 */
final class Verifier {
    private static final String SERVICE = "META-INF/services/" + Plugin.class.getName();

    private Verifier() {}

    /**
     * Finds the plugin's class and makes it.
     *
     * @throws Refused naming class, method and mend
     */
    static Plugin create(PluginClassLoader loader) throws Refused {
        String name = provider(loader);
        Class<?> type = load(loader, name);
        if (!Plugin.class.isAssignableFrom(type)) {
            throw new Refused("class " + name + " is no " + Plugin.class.getName() + " (expected: class "
                    + type.getSimpleName() + " implements Plugin)");
        }
        if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
            throw new Refused(
                    "class " + name + " is " + (Modifier.isAbstract(type.getModifiers()) ? "abstract" : "not public")
                            + " (expected: a public class that can be made)");
        }
        complete(type, Plugin.class);
        try {
            return (Plugin) type.getConstructor().newInstance();
        } catch (NoSuchMethodException e) {
            throw new Refused("class " + name + " has no public constructor without parameters", e);
        } catch (InvocationTargetException e) {
            throw new Refused(
                    "the constructor of " + name + " threw " + cause(e.getCause()) + " (work belongs into start)", e);
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new Refused("class " + name + " cannot be made: " + cause(e), e);
        }
    }

    private static String provider(PluginClassLoader loader) throws Refused {
        List<String> names = new ArrayList<>();
        try {
            for (URL url : Collections.list(loader.findResources(SERVICE))) {
                var connection = url.openConnection();
                connection.setUseCaches(false);
                try (InputStream in = connection.getInputStream();
                        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                    reader.lines()
                            .map(line -> line.replaceFirst("#.*", "").strip())
                            .filter(line -> !line.isEmpty())
                            .forEach(names::add);
                }
            }
        } catch (IOException e) {
            throw new Refused(SERVICE + " cannot be read: " + e.getMessage(), e);
        }
        if (names.size() != 1) {
            throw new Refused(SERVICE
                    + (names.isEmpty()
                            ? " is missing or empty"
                            : " names " + names.size() + " classes: " + String.join(", ", names))
                    + " (expected: the name of the one class that implements Plugin)");
        }
        return names.getFirst();
    }

    private static Class<?> load(PluginClassLoader loader, String name) throws Refused {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException e) {
            throw new Refused(
                    SERVICE + " names class " + name + ", which is not in the jar (expected: its full name)", e);
        } catch (UnsupportedClassVersionError e) {
            throw new Refused(
                    "class " + name + " was compiled for a newer Java than "
                            + Runtime.version().feature() + " (compile it with --release "
                            + Runtime.version().feature() + ", or run Carrel on a newer JDK)",
                    e);
        } catch (LinkageError e) {
            throw new Refused("class " + name + " cannot be loaded: " + cause(e), e);
        }
    }

    /** An extension may lack a method that its interface has: that shows only when it is called, unless somebody looks. */
    static void completeExtension(Extension extension) throws Refused {
        Class<?> type = extension.getClass();
        for (Class<?> point : points(type)) {
            complete(type, point);
        }
    }

    private static List<Class<?>> points(Class<?> type) {
        return Stream.of(Extension.class.getPermittedSubclasses())
                .filter(point -> point.isAssignableFrom(type))
                .toList();
    }

    private static void complete(Class<?> type, Class<?> contract) throws Refused {
        try {
            List<String> missing = new ArrayList<>();
            for (Method method : contract.getMethods()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    continue;
                }
                Method found = type.getMethod(method.getName(), method.getParameterTypes());
                if (Modifier.isAbstract(found.getModifiers())) {
                    missing.add(signature(found));
                }
            }
            if (!missing.isEmpty()) {
                throw new Refused("class " + type.getName() + " lacks " + String.join(", ", missing) + " of "
                        + contract.getSimpleName() + " (compile it against this Carrel's plugin-api)");
            }
        } catch (NoSuchMethodException | LinkageError e) {
            throw new Refused(
                    "class " + type.getName() + " cannot be judged: " + cause(e)
                            + " (is a library missing in the jar?)",
                    e);
        }
    }

    private static String signature(Method method) {
        return Stream.of(method.getParameterTypes())
                .map(Class::getSimpleName)
                .collect(Collectors.joining(", ", method.getName() + "(", ")"));
    }

    /** A failure in a line. */
    static String cause(@org.jspecify.annotations.Nullable Throwable failure) {
        return switch (failure) {
            case null -> "nothing";
            case NoClassDefFoundError missing ->
                "class " + String.valueOf(missing.getMessage()).replace('/', '.')
                        + " is not there (put its library into the jar)";
            case UnsatisfiedLinkError missing -> "native code is missing: " + missing.getMessage();
            default -> failure.getClass().getSimpleName() + ": " + failure.getMessage();
        };
    }
}
