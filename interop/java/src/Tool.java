package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Exit;

/** Runs Kafka's command line tools in this machine, one at a time: a new one costs a second each. */
final class Tool {
    private Tool() {}

    /** Ends a tool in the place of the exit of the whole process. */
    private static final class Exited extends RuntimeException {
        Exited(int code) {
            super("exit " + code, null, false, false);
        }
    }

    record Result(int code, String output) {
        String succeeded() {
            if (code != 0) throw new AssertionError("exit code " + code + ": " + output);
            return output;
        }
    }

    /** What the runner types: a tool, its arguments and its input. */
    static Object asked(JsonNode request) throws Exception {
        String[] arguments = GroupMember.texts(request.get("args")).toArray(String[]::new);
        Result result = run(request.get("name").asText(), request.path("input").asText(), arguments);
        return Map.of("code", result.code(), "output", result.output());
    }

    static Result run(String name, String input, String... arguments) throws Exception {
        Class<?> tool = Class.forName(name.startsWith("kafka.") ? name : "org.apache.kafka.tools." + name);
        return captured(input, () -> tool.getMethod("main", String[].class).invoke(null, (Object) arguments));
    }

    private static Result captured(String input, Contract.Step step) throws Exception {
        PrintStream out = System.out;
        PrintStream err = System.err;
        InputStream in = System.in;
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream capture = new PrintStream(output, true, StandardCharsets.UTF_8);
        List<Runnable> hooks = new ArrayList<>();
        System.setOut(capture);
        System.setErr(capture);
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        // Some tools catch what is thrown here and go on to a second exit: the first is the one that counts.
        AtomicReference<Result> atExit = new AtomicReference<>();
        Exit.Procedure exit = (code, message) -> {
            if (message != null) capture.println(message);
            atExit.compareAndSet(null, new Result(code, output.toString(StandardCharsets.UTF_8)));
            throw new Exited(code);
        };
        Exit.setExitProcedure(exit);
        Exit.setHaltProcedure(exit);
        Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
        try {
            step.run();
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof Exited)) throw new AssertionError(output + "\n" + thrown.getCause(), thrown.getCause());
        } finally {
            for (Runnable hook : hooks) hook.run();
            Exit.resetExitProcedure();
            Exit.resetHaltProcedure();
            Exit.resetShutdownHookAdder();
            System.setOut(out);
            System.setErr(err);
            System.setIn(in);
        }
        return atExit.get() != null ? atExit.get() : new Result(0, output.toString(StandardCharsets.UTF_8));
    }

    /** ConsumerPerformance knows groups only: it is handed a consumer that assigns itself what it is to subscribe to. */
    static Result consumerPerformanceAssigned(String bootstrap, String... arguments) throws Exception {
        Class<?> tool = Class.forName("org.apache.kafka.tools.ConsumerPerformance");
        Method run = tool.getDeclaredMethod("run", String[].class, Function.class);
        run.setAccessible(true);
        Function<Object, Consumer<byte[], byte[]>> consumers = settings -> assigning(Records.consumer(bootstrap));
        return captured("", () -> run.invoke(null, arguments, consumers));
    }

    @SuppressWarnings("unchecked")
    private static Consumer<byte[], byte[]> assigning(Consumer<byte[], byte[]> consumer) {
        return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(Tool.class.getClassLoader(), new Class<?>[] {Consumer.class}, (proxy, method, given) -> {
            if (method.getName().equals("commitSync")) return null;
            if (!method.getName().equals("subscribe")) {
                try {
                    return method.invoke(consumer, given);
                } catch (InvocationTargetException thrown) {
                    throw thrown.getCause();
                }
            }
            List<TopicPartition> partitions = new ArrayList<>();
            for (String topic : (Collection<String>) given[0]) {
                for (PartitionInfo info : consumer.partitionsFor(topic)) partitions.add(new TopicPartition(topic, info.partition()));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            if (given.length > 1) ((ConsumerRebalanceListener) given[1]).onPartitionsAssigned(partitions);
            return null;
        });
    }
}
