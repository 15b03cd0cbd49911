/* Copyright the Carrel authors. */
package dev.carrel.protocol.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.carrel.protocol.worker.FromWorker.Answer;
import dev.carrel.protocol.worker.FromWorker.Beat;
import dev.carrel.protocol.worker.FromWorker.Bye;
import dev.carrel.protocol.worker.FromWorker.Failed;
import dev.carrel.protocol.worker.FromWorker.Hello;
import dev.carrel.protocol.worker.FromWorker.Kind;
import dev.carrel.protocol.worker.FromWorker.Ready;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A container of JuliaBox's, a REP socket, becomes a worker like any other. */
@Timeout(60)
class JuliaBoxTalkTest {
    private static final String ASKED = "{\"cmd\":\"carrel-hello\"}";
    private static final String UNKNOWN = "{\"nid\":\"t0ken\",\"code\":404,\"data\":\"invalid api : -1\"}";

    private final Heard heard = new Heard();
    private final ZmqWorkerTransport transport = new ZmqWorkerTransport(TransportOptions.of("127.0.0.1", 0));
    private RawPeer container;

    @BeforeEach
    void connect() throws Exception {
        transport.start(heard);
        container = new RawPeer(transport.port());
        container.shakeHands("REP");
    }

    @AfterEach
    void close() throws Exception {
        container.close();
        transport.close();
    }

    private String asked() throws Exception {
        assertThat(container.readFrame()).isEmpty();
        return new String(container.readFrame(), UTF_8);
    }

    private void reply(String json) throws Exception {
        container.message(new byte[0], json.getBytes(UTF_8));
    }

    private WorkerPeer ready(int maxAnswer) throws Exception {
        assertThat(asked()).isEqualTo(ASKED);
        reply(UNKNOWN);
        Heard.Item hello = heard.next();
        assertThat(hello.message()).isEqualTo(new Hello(1, "t0ken"));
        transport.send(
                hello.peer(),
                new ToWorker.Init("a", "f", 1, "juliabox", "c", Map.of(), List.of(), Map.of(), 1, maxAnswer));
        assertThat(asked()).isEqualTo(ASKED);
        reply(UNKNOWN);
        assertThat(heard.next().message()).isEqualTo(new Ready(List.of(), 1));
        return hello.peer();
    }

    private static ToWorker.Call call(String arguments, String keywords, String type, String body) {
        return new ToWorker.Call("c1", "add", "GET", arguments, keywords, type, Map.of(), 9, body.getBytes(UTF_8));
    }

    @Test
    void itIsKnownByTheIdItAnswersWithAndEndsWhenItIsTold() throws Exception {
        WorkerPeer peer = ready(1000);
        transport.send(peer, new ToWorker.Beat());
        assertThat(asked()).isEqualTo(ASKED);
        reply(UNKNOWN);
        assertThat(heard.next().message()).isEqualTo(new Beat());

        // While it is at a call nobody asks whether it is there.
        transport.send(peer, call("[]", "{}", "", ""));
        transport.send(peer, new ToWorker.Beat());
        transport.send(peer, new ToWorker.Cancel("c1"));
        transport.send(peer, new ToWorker.Drain());
        assertThat(asked()).isEqualTo("{\"cmd\":\"add\"}");
        assertThat(asked()).isEqualTo("{\"cmd\":\":terminate\"}");
        reply("{\"code\":200,\"data\":3.0}");
        assertThat(((Answer) heard.next().message()).body()).isEqualTo("3.0".getBytes(UTF_8));
        reply("{\"code\":200,\"data\":\"\"}");
        assertThat(heard.next().message()).isEqualTo(new Bye());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "['1','2']|{}|''|''|{'cmd':'add','args':['1','2']}",
                "[]|{'k':'v','l':['a','b'],'n':1}|''|''|{'cmd':'add','vargs':{'k':['v'],'l':['a','b'],'n':[1]}}",
                "[{'a':[1,2.5]}]|{'k':{'x':null}}|''|''|{'cmd':'add','args':[{'a':[1,2.5]}],'vargs':{'k':[{'x':null}]}}",
                "['1']|{}|text/plain|hi|{'cmd':'add','args':['1','hi']}",
                "[]|{}|application/pdf|hi|{'cmd':'add','args':[[104,105]]}"
            },
            quoteCharacter = '^')
    void aCallIsOneFrameOfJson(String arguments, String keywords, String type, String body, String request)
            throws Exception {
        WorkerPeer peer = ready(1000);

        transport.send(
                peer,
                call(
                        arguments.replace('\'', '"'),
                        keywords.replace('\'', '"'),
                        type.replace("''", ""),
                        body.replace("''", "")));

        assertThat(asked()).isEqualTo(request.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'code':200,'data':'text'}|200|text/plain; charset=utf-8|{}|text",
                "{'code':200,'data':[1,255,'x']}|200|application/json|{}|[1,255,'x']",
                "{'code':200,'data':[104,105]}|200|application/octet-stream|{}|hi",
                "{'code':200,'data':[]}|200|application/json|{}|[]",
                "{'code':200,'data':[104,256]}|200|application/json|{}|[104,256]",
                "{'code':200,'data':[1.5]}|200|application/json|{}|[1.5]",
                "{'data':{'code':0,'data':[1, {}]},'code':200}|200|application/json|{}|{'code':0,'data':[1, {}]}",
                "{'code':200,'data':null,'more':[{}]}|200|application/json|{}|null",
                "{'code':200}|200|application/json|{}|null",
                "{'code':200,'hdrs':{'content-type':'image/png','X-A':'b'},'data':[104,105]}|200|image/png|{X-A=b}|hi",
                "{'code':418,'hdrs':null,'data':true}|418|application/json|{}|true"
            },
            quoteCharacter = '^')
    void whatItRepliesIsTheAnswer(String reply, int status, String type, String headers, String body) throws Exception {
        WorkerPeer peer = ready(1000);
        transport.send(peer, call("[]", "{}", "", ""));
        assertThat(asked()).isEqualTo("{\"cmd\":\"add\"}");

        reply(reply.replace('\'', '"'));

        Answer answer = (Answer) heard.next().message();
        assertThat(answer.id()).isEqualTo("c1");
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.type()).isEqualTo(type);
        assertThat(answer.headers()).hasToString(headers);
        assertThat(new String(answer.body(), UTF_8)).isEqualTo(body.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'code':404,'data':'invalid api : -1'}|UNKNOWN_HANDLER|invalid api : -1",
                "{'code':500,'data':'api exception : -2'}|RAISED|api exception : -2",
                "{'code':500,'data':{'code':-3,'data':'invalid data : -3'}}|RAISED|{'code':-3,'data':'invalid data : -3'}",
                "{'code':200,'hdrs':{'a b':'c'},'data':1}|RESULT|its headers are none that HTTP allows",
                "{'code':200,'data':'longer than ten'}|RESULT|the result has 15 bytes (expected: at most 10)"
            },
            quoteCharacter = '^')
    void whatFailedIsSaid(String reply, Kind kind, String error) throws Exception {
        WorkerPeer peer = ready(10);
        transport.send(peer, call("[]", "{}", "", ""));
        asked();

        reply(reply.replace('\'', '"'));

        assertThat(heard.next().message()).isEqualTo(new Failed("c1", kind, error.replace('\'', '"'), ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'code':404,'data':'who?'}",
                "{'nid':'t0ken'}",
                "{'nid':'t0ken','code':'404'}",
                "{'nid':'t0ken','code':99}",
                "{'nid':'t0ken','code':200,'hdrs':[]}",
                "{'nid':'t0ken','code':404} x",
                "[]",
                "{"
            },
            quoteCharacter = '^')
    void whoDoesNotSayWhoItIsIsClosed(String reply) throws Exception {
        asked();
        reply(reply.replace('\'', '"'));

        container.readToEnd();
        assertThat(heard.isEmpty()).isTrue();
    }

    @Test
    void anAnswerThatNobodyAskedForEndsTheConnection() throws Exception {
        WorkerPeer peer = ready(1000);

        reply("{\"code\":200,\"data\":1}");

        Heard.Item item = heard.next();
        assertThat(item.peer()).isEqualTo(peer);
        assertThat(item.message()).isNull();
        container.readToEnd();
    }
}
