/* Copyright the Carrel authors. */
package dev.carrel.chassis.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteSettingsTest {
    @Test
    void everythingFollowsFromThePortByDefault() {
        SiteSettings site = new SiteSettings(9000, "127.0.0.1", "", 0);

        assertThat(site.baseUrl()).hasToString("http://localhost:9000");
        assertThat(site.baseAuthority()).isEqualTo("localhost:9000");
        assertThat(site.originUrl("ada--main")).isEqualTo("http://ada--main.localhost:9000");
        assertThat(site.https()).isFalse();
        assertThat(new int[] {site.controlPort(), site.enginePort(), site.managerPort()})
                .containsExactly(9001, 9002, 9003);
        assertThat(site.opsPort(ProcessName.ROUTER)).isEqualTo(9004);
        assertThat(site.opsPort(ProcessName.MANAGER)).isEqualTo(9006);
        assertThat(site.containersPort()).isEqualTo(9007);
    }

    @Test
    void aPublicUrlOfItsOwnIsKept() {
        SiteSettings site = new SiteSettings(8000, "0.0.0.0", "https://Lab.Example.org", 7000);

        assertThat(site.baseHost()).isEqualTo("lab.example.org");
        assertThat(site.baseAuthority()).isEqualTo("lab.example.org");
        assertThat(site.originUrl("x")).isEqualTo("https://x.lab.example.org");
        assertThat(site.https()).isTrue();
        assertThat(site.controlPort()).isEqualTo(7000);
        assertThat(site.containersPort()).isEqualTo(7006);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lab.example.org",
                "ftp://x",
                "https://x/path",
                "https://u@x",
                "https://x?q",
                "https://",
                "not a url"
            })
    void otherUrlsAreRefused(String url) {
        assertThatThrownBy(() -> new SiteSettings(8000, "127.0.0.1", url, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("public-url: \"" + url + "\"");
    }
}
