/* Copyright the Carrel authors. */
package dev.carrel.ui;

import freemarker.core.Environment;
import freemarker.core.HTMLOutputFormat;
import freemarker.core.TemplateClassResolver;
import freemarker.ext.beans.MemberAccessPolicy;
import freemarker.ext.beans.MemberSelectorListMemberAccessPolicy.MemberSelector;
import freemarker.ext.beans.WhitelistMemberAccessPolicy;
import freemarker.template.Configuration;
import freemarker.template.DefaultObjectWrapperBuilder;
import freemarker.template.TemplateException;
import freemarker.template.TemplateExceptionHandler;
import freemarker.template.TemplateMethodModelEx;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TimeZone;

/**
 * Draws pages. The only class that knows the template engine.
 *
 * <p>Templates come from the class path only, escape everything as HTML, cannot name classes, and see nothing of a record but its components:
 * a list of allowed accessors is made from the records themselves, so not even {@code getClass} is in reach. Immutable; any thread.
 */
public final class Pages {
    private final Configuration configuration;

    /** Draws pages that refer to these assets. */
    public Pages(Assets assets) {
        configuration = new Configuration(Configuration.VERSION_2_3_35);
        configuration.setClassLoaderForTemplateLoading(Pages.class.getClassLoader(), "dev/carrel/ui/templates");
        configuration.setDefaultEncoding(StandardCharsets.UTF_8.name());
        configuration.setOutputEncoding(StandardCharsets.UTF_8.name());
        configuration.setOutputFormat(HTMLOutputFormat.INSTANCE);
        // The extension would bring back a policy that templates can turn off.
        configuration.setRecognizeStandardFileExtensions(false);
        configuration.setAutoEscapingPolicy(Configuration.FORCE_AUTO_ESCAPING_POLICY);
        configuration.setNewBuiltinClassResolver(TemplateClassResolver.ALLOWS_NOTHING_RESOLVER);
        configuration.setAPIBuiltinEnabled(false);
        configuration.setTemplateExceptionHandler(TemplateExceptionHandler.RETHROW_HANDLER);
        configuration.setLogTemplateExceptions(false);
        configuration.setWrapUncheckedExceptions(true);
        configuration.setFallbackOnNullLoopVariable(false);
        configuration.setLocalizedLookup(false);
        configuration.setTemplateUpdateDelayMilliseconds(Long.MAX_VALUE);
        configuration.setLocale(Locale.ENGLISH);
        configuration.setTimeZone(TimeZone.getTimeZone("UTC"));
        configuration.setNumberFormat("computer");

        DefaultObjectWrapperBuilder wrapper = new DefaultObjectWrapperBuilder(Configuration.VERSION_2_3_35);
        wrapper.setMemberAccessPolicy(componentsOf(View.class, Extras.class));
        wrapper.setExposeFields(false);
        configuration.setObjectWrapper(wrapper.build());
        TemplateMethodModelEx asset = arguments -> assets.url(String.valueOf(arguments.getFirst()));
        configuration.setSharedVariable("asset", asset);
    }

    /**
     * The page as HTML, to be sent as UTF-8, with what plugins add.
     *
     * @throws IllegalStateException when the template is wrong: a mistake in our code
     */
    public String render(View view, Extras extras) {
        try {
            StringWriter out = new StringWriter(8192);
            Environment drawing =
                    configuration.getTemplate(templateOf(view.getClass())).createProcessingEnvironment(view, out);
            TemplateMethodModelEx feature =
                    arguments -> extras.features().contains(String.valueOf(arguments.getFirst()));
            drawing.setGlobalVariable("extras", configuration.getObjectWrapper().wrap(extras));
            drawing.setGlobalVariable(
                    "feature", configuration.getObjectWrapper().wrap(feature));
            drawing.process();
            return out.toString();
        } catch (TemplateException e) {
            throw new IllegalStateException("drawing " + view.getClass().getSimpleName(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "reading the template of " + view.getClass().getSimpleName(), e);
        }
    }

    /** For tests of what templates may do. */
    Configuration configuration() {
        return configuration;
    }

    static String templateOf(Class<? extends View> view) {
        String name = view.getSimpleName();
        return name.substring(0, name.length() - "Page".length())
                        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                        .toLowerCase(Locale.ROOT)
                + ".ftlh";
    }

    private static MemberAccessPolicy componentsOf(Class<?>... roots) {
        List<MemberSelector> selectors = new ArrayList<>();
        Set<Class<?>> seen = new HashSet<>();
        for (Class<?> root : roots) {
            collect(root, seen, selectors);
        }
        return new WhitelistMemberAccessPolicy(selectors);
    }

    private static void collect(Class<?> type, Set<Class<?>> seen, List<MemberSelector> selectors) {
        if (!type.getPackageName().equals(View.class.getPackageName()) || !seen.add(type)) {
            return;
        }
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, seen, selectors);
            }
        } else if (type.isEnum()) {
            selectors.add(selector(type, "word"));
        } else {
            for (RecordComponent component : type.getRecordComponents()) {
                selectors.add(selector(type, component.getName()));
                collect(elementType(component), seen, selectors);
            }
        }
    }

    /** The record type behind a component: its own, or that of its list's elements. */
    private static Class<?> elementType(RecordComponent component) {
        if (component.getGenericType() instanceof java.lang.reflect.ParameterizedType list
                && list.getActualTypeArguments()[0] instanceof Class<?> element) {
            return element;
        }
        return component.getType();
    }

    private static MemberSelector selector(Class<?> type, String accessor) {
        try {
            Method method = type.getMethod(accessor);
            return new MemberSelector(type, method);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("view " + type.getName() + " has no " + accessor + "()", e);
        }
    }
}
