/* Copyright the Carrel authors. */
package dev.carrel.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import freemarker.core.ParseException;
import freemarker.template.Template;
import freemarker.template.TemplateException;
import java.io.IOException;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a template could do if a wrong one ever got in: next to nothing. */
class TemplateReachTest {
    private final Pages pages = new Pages(new Assets());
    private final View view = new SignInPage(Frame.anonymous("x5rf"), "<alice>", "/hub/home", "");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${\"freemarker.template.utility.Execute\"?new()(\"id\")}",
                "${\"freemarker.template.utility.ObjectConstructor\"?new()(\"java.io.File\", \"/\")}",
                "${frame.class.protectionDomain}",
                "${frame.getClass().name}",
                "${.data_model.class}",
                "${frame?api.class}",
                "${frame.hashCode()}",
                "${frame.anonymous(\"x\").xsrf}",
                "<#include \"file:///etc/passwd\">",
                "<#include \"../../../../logback.xml\">"
            })
    void isRefused(String source) {
        assertThatThrownBy(() -> draw(source)).isInstanceOfAny(TemplateException.class, IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<#noautoesc>${username}</#noautoesc>",
                "${username?no_esc}",
                "<#ftl auto_esc=false>${username}",
                "<#outputformat \"plainText\">${username}</#outputformat>"
            })
    void cannotTurnEscapingOff(String source) {
        assertThatThrownBy(() -> draw(source)).isInstanceOf(ParseException.class);
    }

    @Test
    void escapesAndSeesComponents() throws Exception {
        assertThat(draw("${username} ${frame.xsrf}")).isEqualTo("&lt;alice&gt; x5rf");
    }

    private String draw(String source) throws IOException, TemplateException {
        StringWriter out = new StringWriter();
        new Template("wrong.ftlh", source, pages.configuration()).process(view, out);
        return out.toString();
    }
}
