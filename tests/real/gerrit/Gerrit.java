import com.google.common.base.Supplier;
import com.google.gerrit.extensions.registration.DynamicSet;
import com.google.gerrit.pgm.Daemon;
import com.google.gerrit.pgm.Init;
import com.google.gerrit.server.events.Event;
import com.google.gerrit.server.events.EventListener;
import com.google.gerrit.server.events.ProjectEvent;
import com.google.gerrit.server.events.SupplierSerializer;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.inject.AbstractModule;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Gerrit out of its libraries: `init SITE`, or `daemon SITE URL`, which posts every event to the URL. */
public class Gerrit {
  public static void main(String[] args) throws Exception {
    System.exit(args[0].equals("init") ? init(args[1]) : daemon(args[1], URI.create(args[2])));
  }

  private static int init(String site) throws Exception {
    return new Init().main(new String[] {"-d", site, "--batch", "--dev", "--no-auto-start", "--skip-plugins"});
  }

  private static int daemon(String site, URI url) throws Exception {
    Daemon daemon = new Daemon();
    daemon.addAdditionalSysModuleForTesting(new AbstractModule() {
      @Override
      protected void configure() {
        DynamicSet.bind(binder(), EventListener.class).toInstance(new Webhook(url));
      }
    });
    return daemon.main(new String[] {"-d", site, "--console-log"});
  }

  /**
   * Stands in for the webhooks plugin, which is published only within Gerrit's .war, and that not everywhere where the
   * jars are. What is sent is chosen and serialised as there (its EventHandler, EventProcessor and HttpSession).
   */
  private static class Webhook implements EventListener {
    private final Gson gson = new GsonBuilder().registerTypeAdapter(Supplier.class, new SupplierSerializer()).create();
    private final ExecutorService posting = Executors.newSingleThreadExecutor();
    private final HttpClient client = HttpClient.newBuilder().version(Version.HTTP_1_1).build();
    private final URI url;

    Webhook(URI url) {
      this.url = url;
    }

    @Override
    public void onEvent(Event event) {
      if (event instanceof ProjectEvent) {
        posting.submit(() -> client.send(request(gson.toJson(event)), BodyHandlers.discarding()));
      }
    }

    private HttpRequest request(String body) {
      return HttpRequest.newBuilder(url)
          .timeout(Duration.ofSeconds(10))
          .header("Content-Type", "application/json; charset=utf-8")
          .POST(BodyPublishers.ofString(body))
          .build();
    }
  }
}
