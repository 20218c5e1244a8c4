import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/** One walk through Kinesis with the AWS SDK for Java v2, in CBOR; what it saw is printed as JSON. CONTRACT.md says what. */
public final class Client {
  private static final byte[] DATA = new byte[256];

  public static void main(String[] arguments) throws Exception {
    for (int index = 0; index < DATA.length; index++) DATA[index] = (byte) index;
    String stream = arguments[0];
    try (KinesisClient kinesis = KinesisClient.builder().overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1))).build();
        KinesisAsyncClient async = KinesisAsyncClient.create();
        KinesisClient stranger = KinesisClient.builder()
            .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
            .credentialsProvider(StaticCredentialsProvider.create(
                AwsBasicCredentials.create(System.getenv("AWS_ACCESS_KEY_ID"), "wrong")))
            .build()) {
      System.out.println(json(walk(stream, kinesis, async, stranger)));
    }
    System.exit(0);
  }

  private static Map<String, Object> walk(
      String stream, KinesisClient kinesis, KinesisAsyncClient async, KinesisClient stranger) throws Exception {
    kinesis.createStream(r -> r.streamName(stream).shardCount(2));
    StreamDescriptionSummary summary = summary(kinesis, stream);
    while (summary.streamStatus() != StreamStatus.ACTIVE) {
      Thread.sleep(50);
      summary = summary(kinesis, stream);
    }
    var put = kinesis.putRecord(r -> r.streamName(stream).partitionKey("ключ").data(SdkBytes.fromByteArray(DATA)));
    String iterator = kinesis.getShardIterator(r -> r.streamName(stream).shardId(put.shardId())
        .shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
    Record record = kinesis.getRecords(r -> r.shardIterator(iterator)).records().get(0);
    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("openShards", summary.openShardCount());
    seen.put("isListed", async.listStreams().join().streamNames().contains(stream));
    seen.put("shardIds", kinesis.listShards(r -> r.streamName(stream)).shards().stream()
        .map(shard -> shard.shardId()).collect(Collectors.toList()));
    seen.put("arn", summary.streamARN());
    seen.put("isSameSequenceNumber", put.sequenceNumber().equals(record.sequenceNumber()));
    seen.put("partitionKey", record.partitionKey());
    seen.put("data", base64(record));
    seen.put("arrivedMs", record.approximateArrivalTimestamp().toEpochMilli());
    seen.put("subscribed", subscribe(async, summary.streamARN(), put.shardId()));
    seen.put("notFound", refusal(() -> kinesis.describeStreamSummary(r -> r.streamName("nowhere"))));
    seen.put("invalid", refusal(() -> kinesis.describeStreamSummary(r -> r.streamName("no good"))));
    seen.put("wrongSecret", refusal(() -> stranger.listStreams()));
    return seen;
  }

  private static StreamDescriptionSummary summary(KinesisClient kinesis, String stream) {
    return kinesis.describeStreamSummary(r -> r.streamName(stream)).streamDescriptionSummary();
  }

  private static String subscribe(KinesisAsyncClient async, String arn, String shardId) throws Exception {
    String consumer = async.registerStreamConsumer(r -> r.streamARN(arn).consumerName("walker")).join().consumer().consumerARN();
    CompletableFuture<String> found = new CompletableFuture<>();
    while (!found.isDone()) {
      var handler = SubscribeToShardResponseHandler.builder()
          .onError(error -> {
            if (!(cause(error) instanceof ResourceInUseException)) found.completeExceptionally(error);
          })
          .subscriber(event -> {
            if (!(event instanceof SubscribeToShardEvent)) return;
            for (Record record : ((SubscribeToShardEvent) event).records()) found.complete(base64(record));
          })
          .build();
      CompletableFuture<Void> ended = async.subscribeToShard(r -> r.consumerARN(consumer).shardId(shardId)
          .startingPosition(StartingPosition.builder().type(ShardIteratorType.TRIM_HORIZON).build()), handler);
      CompletableFuture.anyOf(found, ended.handle((done, error) -> null)).join();
      Thread.sleep(50);
    }
    return found.join();
  }

  private static Map<String, Object> refusal(Callable<?> ask) throws Exception {
    try {
      ask.call();
    } catch (KinesisException error) {
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("name", error.awsErrorDetails().errorCode());
      told.put("status", error.statusCode());
      told.put("message", error.awsErrorDetails().errorMessage());
      return told;
    }
    throw new IllegalStateException("it was not refused");
  }

  private static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
  }

  private static String base64(Record record) {
    return Base64.getEncoder().encodeToString(record.data().asByteArray());
  }

  private static String json(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream().map(e -> json(e.getKey()) + ":" + json(e.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(Client::json).collect(Collectors.joining(",", "[", "]"));
    }
    if (value instanceof String text) {
      StringBuilder quoted = new StringBuilder("\"");
      for (char c : text.toCharArray()) {
        if (c < ' ' || c == '"' || c == '\\') quoted.append(String.format("\\u%04x", (int) c));
        else quoted.append(c);
      }
      return quoted.append('"').toString();
    }
    return String.valueOf(value);
  }
}
