/* Copyright the Carrel authors. */
package dev.carrel.e2e;

import com.microsoft.playwright.Page;
import java.util.Map;

/** A kernel spoken to by a page of its session, over a WebSocket of the browser's own. Every wait has an end that tells what was seen until then. */
final class PageKernel {
    private static final String OPEN = """
            async user => {
              const made = await fetch(`/user/${user}/api/kernels`,
                  {method: 'POST', body: '{"name":"python3"}', signal: AbortSignal.timeout(30000)});
              if (!made.ok) throw new Error(`POST api/kernels: ${made.status} ${await made.text()}`);
              const kernel = await made.json();
              const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
              const socket = new WebSocket(`${scheme}://${location.host}/user/${user}/api/kernels/${kernel.id}/channels`);
              window.carrelTest = {socket, seen: []};
              socket.addEventListener('close', event => carrelTest.seen.push(`closed ${event.code} ${event.reason}`));
              await new Promise((open, failed) => {
                socket.addEventListener('open', open);
                socket.addEventListener('close', event => failed(new Error(`the WebSocket did not open: ${event.code}`)));
                setTimeout(() => failed(new Error('the WebSocket did not open within 30 s')), 30000);
              });
            }""";
    private static final String RUN = """
            ({code, id}) => new Promise((printed, failed) => {
              const {socket, seen} = window.carrelTest;
              const told = text => failed(new Error(`${text}; seen: ${seen.slice(-30).join(', ')}`));
              if (socket.readyState !== WebSocket.OPEN) told('the WebSocket is not open');
              socket.addEventListener('close', () => told('the WebSocket was closed'));
              setTimeout(() => told(`${code} printed nothing within 30 s`), 30000);
              socket.addEventListener('message', event => {
                if (typeof event.data !== 'string') { seen.push('binary'); return; }
                const message = JSON.parse(event.data);
                seen.push(message.msg_type);
                if (message.msg_type === 'stream' && message.parent_header.msg_id === id) printed(message.content.text);
              });
              socket.send(JSON.stringify({
                header: {msg_id: id, msg_type: 'execute_request', username: 'test', session: id, date: '2026-03-01T12:00:00Z', version: '5.3'},
                parent_header: {}, metadata: {}, channel: 'shell',
                content: {code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true, user_expressions: {}}}));
            })""";

    private final Page page;
    private int runs;

    private PageKernel(Page page) {
        this.page = page;
    }

    /** Starts a kernel and connects the page to it. */
    static PageKernel open(Page page, String user) {
        page.evaluate(OPEN, user);
        return new PageKernel(page);
    }

    /** What a piece of code that prints once has printed. */
    String run(String code) {
        runs++;
        return String.valueOf(page.evaluate(RUN, Map.of("code", code, "id", "run-" + runs)))
                .strip();
    }
}
