/* Copyright the Carrel authors. */
package dev.carrel.engine.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.engine.signin.Caller;
import dev.carrel.engine.signin.Passwords;
import dev.carrel.protocol.name.UserName;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site whose operator has switched passwords off. */
class NoPasswordsTest {
    @TempDir
    Path folder;

    private PageRig rig;
    private TestBrowser browser;

    @BeforeEach
    void start() throws Exception {
        rig = new PageRig(folder, "", Passwords.NONE);
        rig.accounts().add(UserName.of("ada"), Optional.empty(), true, Caller.COMMAND_LINE);
        browser = rig.browser();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private HttpResponse<String> byLink() {
        String link = "/hub/invite/" + rig.invite("ada");
        assertThat(browser.get(link).body())
                .contains("This link was made for <strong class=\"name\">ada</strong>")
                .doesNotContain("type=\"password\"");
        return browser.post(link);
    }

    @Test
    void theSignInPageHasNoFormForThem() {
        assertThat(browser.get("/hub/login").body())
                .contains("There is no way to sign in here but a one-time link.")
                .doesNotContain("name=\"password\"");
    }

    @Test
    void whoSendsOneAllTheSameIsTold() {
        // A form that is there, for its token.
        browser.get("/hub/invite/" + rig.invite("ada"));
        HttpResponse<String> answer = browser.post("/hub/login", "username", "ada", "password", "x");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("Passwords are not in use here.");
    }

    @Test
    void aOneTimeLinkLetsPeopleInOnce() {
        assertThat(byLink().statusCode()).isEqualTo(303);
        assertThat(browser.get("/hub/home").statusCode()).isEqualTo(200);
    }

    @Test
    void thereIsNoneToChangeOrToSet() {
        byLink();
        assertThat(browser.get("/hub/account").body())
                .contains("Accounts have no passwords here.")
                .doesNotContain("type=\"password\"");
        assertThat(browser.get("/hub/admin").body()).contains("ada").doesNotContain("type=\"password\"");
        HttpResponse<String> answer = browser.post("/hub/admin/users/ada/password", "password", "a long pass phrase");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(rig.accounts().get(UserName.of("ada")).passwordHash()).isNull();
    }
}
