// SPDX-License-Identifier: Apache-2.0
package dev.longwire.simulation;

import dev.longwire.protocol.Position;
import dev.longwire.protocol.Want;
import dev.longwire.simulation.client.App;
import dev.longwire.simulation.client.Library;
import dev.longwire.simulation.client.ModelClient;
import dev.longwire.simulation.client.Wishes;
import dev.longwire.simulation.ground.Ground;
import dev.longwire.simulation.ground.Plan;
import dev.longwire.simulation.home.Home;
import dev.longwire.simulation.home.Link;
import dev.longwire.simulation.trace.Broken;
import dev.longwire.simulation.trace.Judge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Clients, links, hubs, owners and weather: a storm, then a calm in which everything has to come to rest. */
final class World {

    private final Ground ground;
    private final Judge judge;
    private final Home home;
    private final List<ModelClient> clients = new ArrayList<>();
    private final List<Wishes> wishes = new ArrayList<>();
    private final Weather weather;

    World(Ground ground) {
        this.ground = ground;
        this.judge = new Judge(ground);
        this.home = new Home(ground, judge, judge);
        App app = new App() {
            @Override
            public void handed(String client, String channel, Position position) {
                judge.handed(client, channel, position);
            }

            @Override
            public void forged(String client, Want want) {
                judge.forged(client, want);
            }
        };
        Library library = new Library();
        for (int i = 0; i < ground.plan().clients(); i++) {
            String user = ground.dice().chance(40) ? null : ground.dice().pick(Home.USERS);
            ModelClient client = new ModelClient(i, user, ground, home, app);
            clients.add(client);
            wishes.add(new Wishes(client, ground, library));
        }
        this.weather = new Weather(ground, home, clients);
    }

    void run() {
        for (int i = 0; i < clients.size(); i++) {
            ground.agenda().in(ground.dice().below(500), clients.get(i)::start);
            wishes.get(i).start();
        }
        weather.start();
        long end = ground.now() + ground.plan().stormMillis();
        ground.agenda().runUntil(end);
        weather.end();
        wishes.forEach(Wishes::end);
        clients.forEach(ModelClient::calm);
        ground.agenda().runUntil(end + Plan.CALM_MILLIS);
        clients.forEach(this::atRest);
        if (ground.plan().presence()) {
            ground.plan().channels().forEach(this::presenceAtRest);
        }
        judge.atRest(home.sessions());
        judge.close();
    }

    private void presenceAtRest(String channel) {
        Map<String, List<String>> members = new LinkedHashMap<>();
        for (ModelClient client : clients) {
            String data = client.company().entered().get(channel);
            if (data != null) {
                members.computeIfAbsent(client.member(), name -> new ArrayList<>())
                        .add(data);
            }
        }
        judge.atRest(channel, members);
        for (ModelClient client : clients) {
            if (client.company().observed().contains(channel)) {
                judge.observedAtRest(Objects.requireNonNull(client.link()), channel);
            }
        }
    }

    private void atRest(ModelClient client) {
        Link link = client.link();
        if (link == null || !client.connected() || client.unanswered() > 0) {
            throw new Broken(
                    11, client + " is not at rest: " + link + ", " + client.unanswered() + " requests unanswered");
        }
        judge.atRest(link, client.channels());
    }
}
