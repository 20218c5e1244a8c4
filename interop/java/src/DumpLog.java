package dev.sluice.interop;

import static dev.sluice.interop.Contract.expect;
import static dev.sluice.interop.Contract.expectTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** DumpLogSegments over every file that the server left behind. */
final class DumpLog {
    private static final Pattern BATCH = Pattern.compile("^baseOffset: (\\d+) lastOffset: (\\d+) count: (\\d+) .* isvalid: (\\w+)$");
    /** What the tool says when an index and its log, or two batches, do not fit together. */
    private static final Pattern COMPLAINT = Pattern.compile("(?i)mismatch|non-consecutive|non-secutive|out of order|invalid|corrupt|error|exception|found timestamp");

    /** The tool finds fault with each log that does not start at offset 0: it takes −1 for the offset before it. */
    private static final Pattern HARMLESS = Pattern.compile("^(Dumping |Log starting offset: |Non-consecutive offsets in |  -1 is followed by )");

    private DumpLog() {}

    static Object check(JsonNode request) throws Exception {
        Path directory = Path.of(request.get("dir").asText());
        Contract.Checks checks = new Contract.Checks();
        checks.run("dump-log --deep-iteration", () -> logs(directory));
        checks.run("dump-log --index-sanity-check", () -> {
            List<String> indexes = new ArrayList<>(files(directory, ".index"));
            indexes.addAll(files(directory, ".timeindex"));
            expectTrue("there are indexes", !indexes.isEmpty());
            for (String file : indexes) {
                String said = dump("--index-sanity-check", "--files", file);
                expectTrue(said, said.contains(file + " passed sanity check.") || said.contains(file + " is empty."));
            }
        });
        checks.run("dump-log of the indexes beside their logs", () -> {
            List<String> indexes = new ArrayList<>(files(directory, ".index"));
            indexes.addAll(files(directory, ".timeindex"));
            for (String file : indexes) noComplaint(file, dump("--verify-index-only", "--files", file));
            expectTrue("an index has entries", indexes.stream().anyMatch(file -> {
                try {
                    return dump("--files", file).contains("offset: ");
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            }));
        });
        checks.run("dump-log of the producer snapshots", () -> {
            List<String> snapshots = files(directory, ".snapshot");
            expectTrue("there are snapshots", !snapshots.isEmpty());
            boolean isFilled = false;
            for (String file : snapshots) {
                String said = dump("--files", file);
                noComplaint(file, said);
                isFilled |= Pattern.compile("^producerId: \\d+ producerEpoch: \\d+ .*lastSequence: \\d+", Pattern.MULTILINE).matcher(said).find();
            }
            expectTrue("a producer is in one", isFilled);
        });
        return Map.of("checks", checks.rows);
    }

    private static void logs(Path directory) throws Exception {
        List<String> logs = files(directory, ".log");
        expectTrue("there are logs", !logs.isEmpty());
        long batches = 0;
        for (String file : logs) {
            String said = dump("--deep-iteration", "--files", file);
            long next = -1;
            long records = 0;
            for (String line : said.lines().toList()) {
                Matcher batch = BATCH.matcher(line);
                if (batch.matches()) {
                    batches++;
                    expect(file + " batch at " + batch.group(1) + " is valid", batch.group(4), "true");
                    if (next >= 0) expect(file + " next offset", Long.parseLong(batch.group(1)), next);
                    next = Long.parseLong(batch.group(2)) + 1;
                    records += Long.parseLong(batch.group(3));
                } else if (line.startsWith("| offset: ")) {
                    records--;
                } else if (!HARMLESS.matcher(line).find()) {
                    throw new AssertionError(said.substring(said.indexOf(line)).lines().limit(5).toList().toString());
                }
            }
            expect(file + " records that the headers count and that are not there", records, 0L);
        }
        expectTrue("batches", batches > 100);
    }

    private static void noComplaint(String file, String said) {
        said.lines().skip(1).filter(line -> COMPLAINT.matcher(line).find()).findFirst().ifPresent(line -> {
            throw new AssertionError(file + ": " + line);
        });
    }

    private static String dump(String... arguments) throws Exception {
        return Tool.run("DumpLogSegments", "", arguments).succeeded();
    }

    /** Those of the topics that the tools' checks made. */
    private static List<String> files(Path directory, String suffix) throws Exception {
        try (Stream<Path> found = Files.walk(directory, 2)) {
            return found.filter(path -> path.getParent().getFileName().toString().matches("tools\\..*-\\d+"))
                .map(Path::toString).filter(path -> path.endsWith(suffix)).sorted().toList();
        }
    }
}
