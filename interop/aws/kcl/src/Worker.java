import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.leases.LeaseAssignmentStrategy;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.common.StreamIdentifier;
import software.amazon.kinesis.retrieval.KinesisClientRecord;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/** A worker of a KCL application: Worker STREAM NAME polling|fan-out. What happens is told as a line of JSON each, before it is checkpointed. */
public final class Worker {
  private static final long FAILOVER_MS = 4_000;
  private static final long SHUTDOWN_S = 20;
  private static final AtomicInteger instances = new AtomicInteger();

  public static void main(String[] arguments) throws Exception {
    String stream = arguments[0];
    String name = arguments[1];
    boolean isFanOut = arguments[2].equals("fan-out");
    // The endpoints are those of AWS_ENDPOINT_URL_KINESIS and AWS_ENDPOINT_URL_DYNAMODB.
    KinesisAsyncClient kinesis = KinesisClientUtil.createKinesisAsyncClient(KinesisAsyncClient.builder());
    DynamoDbAsyncClient tables = DynamoDbAsyncClient.create();
    // Nothing is sent to it: metrics are off.
    CloudWatchAsyncClient metrics = CloudWatchAsyncClient.builder().endpointOverride(URI.create("http://127.0.0.1:1")).build();
    var start = InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
    var tracker = new SingleStreamTracker(StreamIdentifier.singleStreamInstance(stream), start);
    String application = "application-of-" + stream;
    var configs = new ConfigsBuilder(tracker, application, kinesis, tables, metrics, name, Processor::new);
    // All that would make a test wait is shortened.
    var coordinator = configs.coordinatorConfig().parentShardPollIntervalMillis(200).shardConsumerDispatchPollIntervalMillis(100);
    var leases = configs.leaseManagementConfig()
        .failoverTimeMillis(FAILOVER_MS)
        .leaseAssignmentIntervalMillis(FAILOVER_MS / 2)
        .shardSyncIntervalMillis(1_000)
        .leasesRecoveryAuditorExecutionFrequencyMillis(2_000)
        .dynamoDbLockBasedLeaderLeaseDurationInMillis(2 * FAILOVER_MS)
        .dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(FAILOVER_MS / 2)
        .leaseAssignmentStrategy(LeaseAssignmentStrategy.LEASE_COUNT_BASED);
    leases.workerUtilizationAwareAssignmentConfig().disableWorkerMetrics(true).workerMetricsReporterFreqInMillis(FAILOVER_MS / 2);
    var retrieval = configs.retrievalConfig().retrievalSpecificConfig(isFanOut
        ? new FanOutConfig(kinesis).streamName(stream).applicationName(application)
        : new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(200));
    var scheduler = new Scheduler(configs.checkpointConfig(), coordinator, leases, configs.lifecycleConfig(),
        configs.metricsConfig().metricsFactory(new NullMetricsFactory()), configs.processorConfig(), retrieval);
    Thread running = new Thread(scheduler);
    running.start();
    while (System.in.read() >= 0) {}
    try {
      scheduler.startGracefulShutdown().get(SHUTDOWN_S, TimeUnit.SECONDS);
      tell("{\"kind\":\"over\"}");
    } finally {
      // Its threads may wait for a door that is gone.
      Runtime.getRuntime().halt(0);
    }
  }

  private static synchronized void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** One life of a lease. Keys and values are ASCII without anything that JSON would quote. */
  private static final class Processor implements ShardRecordProcessor {
    private final int instance = instances.incrementAndGet();
    private int batches = 0;

    @Override
    public void initialize(InitializationInput input) {
      tell(String.format("{\"kind\":\"begins\",\"instance\":%d,\"shardId\":\"%s\",\"after\":\"%s\"}",
          instance, input.shardId(), input.extendedSequenceNumber().sequenceNumber()));
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
      List<KinesisClientRecord> records = input.records();
      for (KinesisClientRecord record : records) {
        tell(String.format("{\"kind\":\"record\",\"instance\":%d,\"key\":\"%s\",\"value\":%s,\"isAggregated\":%b}",
            instance, record.partitionKey(), StandardCharsets.US_ASCII.decode(record.data()), record.aggregated()));
      }
      // Now and then only, so that a crash has something to do again.
      if (!records.isEmpty() && ++batches % 10 == 0) checkpoint(input.checkpointer()::checkpoint);
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
      tell(String.format("{\"kind\":\"lost\",\"instance\":%d}", instance));
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
      tell(String.format("{\"kind\":\"ended\",\"instance\":%d}", instance));
      checkpoint(input.checkpointer()::checkpoint);
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
      checkpoint(input.checkpointer()::checkpoint);
    }

    private void checkpoint(Checkpoint checkpoint) {
      try {
        checkpoint.run();
      } catch (ShutdownException lost) {
        // The lease is another worker's, who begins where the last checkpoint is.
      } catch (InvalidStateException error) {
        throw new IllegalStateException(error);
      }
    }
  }

  private interface Checkpoint {
    void run() throws ShutdownException, InvalidStateException;
  }
}
