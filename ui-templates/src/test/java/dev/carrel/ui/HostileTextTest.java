/* Copyright the Carrel authors. */
package dev.carrel.ui;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.ui.HtmlTokens.Attribute;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever stands in any text of any page, the page keeps its shape: the same tags with the same attributes as with harmless text, and no address
 * that leaves the site or runs a script. Views are filled by reflection, so a new page or field is covered the day it is added.
 */
class HostileTextTest {
    private static final String HARMLESS = "harmless";
    private static final List<String> HOSTILE = List.of(
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "' onmouseover='alert(1)",
            "\" autofocus onfocus=\"alert(1)",
            "</title><svg onload=alert(1)>",
            "--><script>alert(1)</script><!--",
            "javascript:alert(1)//",
            "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=alert() )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=alert()//>\\x3e",
            "//evil.example/",
            "/../../evil",
            "${7*7} <#if true>x</#if> [=7*7]",
            "${\"freemarker.template.utility.Execute\"?new()(\"id\")}",
            "\u202e\u0000\r\n\t&amp;&lt;script&gt;");
    /** Where the one page leads that leads elsewhere. */
    private static final String OUTSIDE = "https://elsewhere.example/";

    private static final Set<String> ADDRESSES = Set.of("href", "action", "src", "data-events", "data-enter");

    private final Pages pages = new Pages(new Assets());

    static Stream<Class<?>> kinds() {
        return Arrays.stream(View.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void changesNoTagAndNoAttribute(Class<? extends View> kind) {
        for (Filling filling : fillings()) {
            List<String> shape = new HtmlTokens(filling.with(HARMLESS).page(pages, kind)).skeleton();
            for (String hostile : HOSTILE) {
                HtmlTokens page = new HtmlTokens(filling.with(hostile).page(pages, kind));
                assertThat(page.skeleton()).as(hostile).isEqualTo(shape);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void neverLeadsOutOfTheSite(Class<? extends View> kind) {
        for (Filling filling : fillings()) {
            for (String hostile : HOSTILE) {
                HtmlTokens page = new HtmlTokens(filling.with(hostile).page(pages, kind));
                assertThat(page.attributes())
                        .filteredOn(attribute -> ADDRESSES.contains(attribute.name()))
                        .extracting(Attribute::value)
                        .filteredOn(address -> kind != LeavingPage.class || !address.startsWith(OUTSIDE))
                        .allSatisfy(address -> assertThat(address).matches("(/[!-.0-~][!-~]*|#main)"));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void hasNoInlineScriptOrStyle(Class<? extends View> kind) {
        for (Filling filling : fillings()) {
            HtmlTokens page = new HtmlTokens(filling.with(HARMLESS).page(pages, kind));
            assertThat(page.attributes())
                    .extracting(Attribute::name)
                    .noneMatch(name -> name.startsWith("on") || name.equals("style"));
            assertThat(page.skeleton()).noneMatch(tag -> tag.equals("script") || tag.startsWith("style"));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyPostCarriesTheToken(Class<? extends View> kind) {
        for (Filling filling : fillings()) {
            String page = filling.with(HARMLESS).page(pages, kind);
            long posts = page.split("<form method=\"post\"", -1).length;
            long tokens = page.split("name=\"_xsrf\" value=\"harmless\"", -1).length;
            assertThat(tokens).isEqualTo(posts);
        }
    }

    private static List<Filling> fillings() {
        List<Filling> fillings = new ArrayList<>();
        for (ServerState state : ServerState.values()) {
            fillings.add(new Filling(state, true, HARMLESS));
            fillings.add(new Filling(state, false, HARMLESS));
        }
        return fillings;
    }

    /** What every component of a kind is set to. */
    private record Filling(ServerState state, boolean yes, String text) {
        Filling with(String other) {
            return new Filling(state, yes, other);
        }

        String page(Pages pages, Class<? extends View> kind) {
            // A script's path is judged before it gets here.
            List<String> scripts = List.of("/plugins/hello/hello.js");
            return pages.render(
                    kind.cast(value(kind)), new Extras(List.of(text, text), List.of(section(), section()), scripts));
        }

        /** What a plugin adds is markup by contract; its title is text like any other. */
        private PluginSection section() {
            return PluginSection.of(text, text, "<p>of the plugin</p>");
        }

        private Object value(Type type) {
            return switch (type) {
                case ParameterizedType list ->
                    List.of(value(list.getActualTypeArguments()[0]), value(list.getActualTypeArguments()[0]));
                case Class<?> simple when simple == String.class -> text;
                case Class<?> simple when simple == boolean.class -> yes;
                case Class<?> simple when simple == int.class -> 3;
                case Class<?> simple when simple == long.class -> 3L;
                case Class<?> simple when simple == ServerState.class -> state;
                case Class<?> simple when simple == FunctionPage.LaterState.class -> FunctionPage.LaterState.RUNNING;
                case Class<?> simple
                when simple == Link.class -> new Link(text, "/" + text.replaceAll("[^!-~]|\\\\|^/+", ""));
                case Class<?> simple
                when simple == LeavingPage.Outside.class ->
                    new LeavingPage.Outside(OUTSIDE + text.replaceAll("[^!-~]|[\\\\\"'<>;]", ""), text);
                case Class<?> simple when simple == PluginSection.class -> section();
                case Class<?> simple when simple.isRecord() -> record(simple);
                default -> throw new AssertionError("no value for " + type);
            };
        }

        private Object record(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Object[] values = Arrays.stream(components)
                    .map(component -> value(component.getGenericType()))
                    .toArray();
            try {
                return type.getDeclaredConstructor(types).newInstance(values);
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("making a " + type, e);
            }
        }
    }
}
