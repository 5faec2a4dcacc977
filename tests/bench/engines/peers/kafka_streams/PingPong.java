import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** The workload on Kafka Streams: state in RocksDB with a changelog behind its write cache, at least once. */
public final class PingPong {
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Event(
      @JsonProperty("event_id") String eventId,
      @JsonProperty("customer_id") String customerId,
      String team,
      @JsonProperty("occurred_at") String occurredAt,
      int seq) {}

  record Alert(
      @JsonProperty("customer_id") String customerId,
      int seq,
      String from,
      String via,
      String since,
      String at,
      @JsonProperty("event_id") String eventId) {}

  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  @JsonPropertyOrder({"before", "team", "since", "count"})
  record Held(String before, String team, String since, int count) {}

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectReader EVENT = JSON.readerFor(Event.class);
  private static final ObjectReader HELD = JSON.readerFor(Held.class);
  private static final ObjectWriter ALERT = JSON.writerFor(Alert.class);
  private static final ObjectWriter STATE = JSON.writerFor(Held.class);
  private static final Held NOBODY = new Held("", "", "", 0);

  private static final class Judge implements Processor<String, byte[], String, byte[]> {
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, byte[]> store;

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
      this.context = context;
      this.store = context.getStateStore("held");
    }

    @Override
    public void process(Record<String, byte[]> record) {
      try {
        Event event = EVENT.readValue(record.value());
        byte[] saved = store.get(record.key());
        Held held = saved == null ? NOBODY : HELD.readValue(saved);
        if (event.team().equals(held.team())) {
          store.put(record.key(), STATE.writeValueAsBytes(new Held(held.before(), held.team(), held.since(), held.count() + 1)));
          return;
        }
        if (event.team().equals(held.before())) {
          Alert alert =
              new Alert(event.customerId(), event.seq(), held.before(), held.team(), held.since(), event.occurredAt(), event.eventId());
          context.forward(record.withValue(ALERT.writeValueAsBytes(alert)));
        }
        store.put(record.key(), STATE.writeValueAsBytes(new Held(held.team(), event.team(), event.occurredAt(), held.count() + 1)));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }

  public static void main(String[] arguments) throws InterruptedException {
    Map<String, String> environment = System.getenv();
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, environment.get("BENCH_RUN"));
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, environment.get("BENCH_SERVERS"));
    properties.put(StreamsConfig.STATE_DIR_CONFIG, environment.get("BENCH_FOLDER"));
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, environment.getOrDefault("BENCH_THREADS", "1"));
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, "1");
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000 * Integer.parseInt(environment.get("BENCH_COMMIT")));
    properties.put("auto.offset.reset", "earliest");
    StoreBuilder<KeyValueStore<String, byte[]>> store =
        Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("held"), Serdes.String(), Serdes.ByteArray());
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore("1".equals(environment.getOrDefault("BENCH_CACHE", "1")) ? store.withCachingEnabled() : store);
    builder.stream(environment.get("BENCH_INPUT"), Consumed.with(Serdes.String(), Serdes.ByteArray()))
        .process(Judge::new, "held")
        .to(environment.get("BENCH_OUTPUT"), Produced.with(Serdes.String(), Serdes.ByteArray()));
    KafkaStreams streams = new KafkaStreams(builder.build(), properties);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  streams.close(Duration.ofSeconds(10));
                  ended.countDown();
                }));
    streams.start();
    ended.await();
  }

  private PingPong() {}
}
