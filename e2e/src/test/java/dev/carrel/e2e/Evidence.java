/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * What a page has seen, told when a test on it has failed: a browser's failure is seldom explained by the assertion that
 * noticed it, and the machine on which it happened is often gone by then.
 */
final class Evidence {
    private static final String DIALOGS = "[role=dialog], .jp-Dialog, [role=alert]";
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final Page page;

    /** Notes from now on the page's console, its requests that failed and everything that it changes on a server. */
    Evidence(Page page) {
        this.page = page;
        page.onConsoleMessage(message -> seen.add("console " + message.type() + ": " + message.text()));
        page.onRequestFailed(request -> seen.add(request.method() + " " + request.url() + ": " + request.failure()));
        page.onResponse(response -> {
            String method = response.request().method();
            if (response.status() >= 400 || !method.equals("GET")) {
                seen.add(method + " " + response.url() + ": " + response.status());
            }
        });
    }

    /** Prints it with the end of every log and takes a picture; the failure itself tells what was on the page, wherever the output goes. */
    void tell(Carrel carrel, String test, Throwable failure) {
        try {
            failure.addSuppressed(new AssertionError(page()));
            print(carrel, test);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private String page() {
        return "the page: " + page.url() + "\n  dialogs: "
                + page.locator(DIALOGS).allInnerTexts() + "\n  banner: "
                + page.locator("carrel-banner .banner").allInnerTexts() + "\n  open tabs: "
                + page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel").allInnerTexts() + "\n  last seen: "
                + String.join("\n    ", seen.subList(Math.max(0, seen.size() - 15), seen.size()));
    }

    private void print(Carrel carrel, String test) {
        Browser.screenshot(page, "failed-" + test.replaceAll("\\W", ""));
        StringBuilder text = new StringBuilder("--- " + test + " failed at " + page.url() + '\n');
        page.locator(DIALOGS)
                .allInnerTexts()
                .forEach(dialog -> text.append("dialog: ").append(dialog).append('\n'));
        seen.subList(Math.max(0, seen.size() - 60), seen.size())
                .forEach(line -> text.append(line).append('\n'));
        for (String container : carrel.containers()) {
            Carrel.Ran logs = Carrel.exec("", Map.of(), List.of("docker", "logs", "--tail", "60", container));
            text.append("--- container ").append(container).append('\n').append(logs.all());
        }
        System.out.println(text + carrel.logs());
    }
}
