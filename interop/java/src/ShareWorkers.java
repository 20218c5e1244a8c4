package dev.sluice.interop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The workers of this program, each a number of share group members, by the names that the runner gave them. */
final class ShareWorkers {
    private final String bootstrap;
    private final Map<String, List<ShareMember>> workers = new HashMap<>();

    ShareWorkers(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    Object work(JsonNode request) {
        String worker = request.get("worker").asText();
        workers.put(worker, IntStream.range(0, request.get("members").asInt())
            .mapToObj(i -> new ShareMember(bootstrap, worker + "/" + i, request))
            .toList());
        return Map.of();
    }

    Object stop(JsonNode request) throws InterruptedException {
        List<ShareMember> members = workers.remove(request.get("worker").asText());
        for (ShareMember member : members) member.leave();
        for (ShareMember member : members) member.join();
        return Map.of();
    }
}
