// SPDX-License-Identifier: ISC

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/** Pairs a subject and a contact, puts a plan into force, checks in once; restarts her in between. */
public final class Checkin {
    private static final String RELAY = "memory.example:7440";
    private static long wallMs = 1_790_000_000_000L;

    /** The relay: cells by deposit capability. */
    private static final Map<String, Queue<byte[]>> CELLS = new HashMap<>();

    private static long monoMs() {
        return wallMs - 1_780_000_000_000L;
    }

    /** One device: an engine, its records in memory, what was shown. */
    private static final class Device implements Allswell.Host {
        final boolean isSubject;
        long engine;
        final Map<List<Long>, byte[]> records = new HashMap<>();
        final Map<List<Long>, byte[]> prepared = new HashMap<>();
        final List<String> events = new ArrayList<>();

        Device(boolean isSubject) {
            this.isSubject = isSubject;
            start();
        }

        /** Also after a crash: open, load every record, start. */
        void start() {
            engine = Allswell.open(isSubject, monoMs(), wallMs);
            records.forEach((at, value) -> Allswell.load(engine, at.get(0).intValue(), at.get(1), value));
            Allswell.start(engine, monoMs(), wallMs);
            serve();
        }

        void restart() {
            Allswell.close(engine);
            start();
        }

        public void put(int space, long key, byte[] value) {
            prepared.put(List.of((long) space, key), value);
        }

        public void commit() {
            prepared.forEach((at, value) -> records.compute(at, (a, old) -> value));
            prepared.clear();
        }

        public void deposit(byte[] capability, byte[] cell, int armAfter) {
            if (armAfter == 0) { // a switch: this relay never lets go of one
                CELLS.computeIfAbsent(Arrays.toString(capability), c -> new ArrayDeque<>()).add(cell);
            }
        }

        public void show(String event, int urgency) {
            events.add(event);
        }

        void serve() {
            prepared.clear();
            Allswell.serve(engine, this, monoMs(), wallMs);
        }

        void tick() {
            Allswell.tick(engine, monoMs(), wallMs);
            serve();
            int[] id = new int[1];
            byte[] box;
            for (int i = 0; (box = Allswell.mailbox(engine, i, id)) != null; i++) {
                Queue<byte[]> waiting = CELLS.getOrDefault(Arrays.toString(box), new ArrayDeque<>());
                while (!waiting.isEmpty()) {
                    String status = Allswell.feed(engine, id[0], waiting.peek(), (int) (wallMs / 1000),
                        monoMs(), wallMs);
                    serve();
                    if (!status.equals("busy")) {
                        waiting.remove(); // taken and stored, or refused
                    }
                }
            }
        }
    }

    private static void bothWait(Device her, Device him, int seconds) {
        for (int i = 0; i < seconds / 10; i++) {
            wallMs += 10_000;
            her.tick();
            him.tick();
        }
    }

    private static void expect(boolean isSo, String what) {
        if (!isSo) {
            throw new AssertionError(what);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static void main(String[] args) {
        System.load(args[0]);
        expect(Allswell.isSameVersion(), "headers and library are of different versions");
        Device her = new Device(true);
        Device him = new Device(false);

        try {
            Allswell.join(him.engine, bytes("nonsense"), RELAY, monoMs(), wallMs);
            expect(false, "a bad invite is taken");
        } catch (Allswell.Refused refused) {
            expect(refused.getMessage().equals("format"), refused.getMessage());
        }
        try {
            Allswell.checkin(her.engine, new byte[31], monoMs(), wallMs);
            expect(false, "a key that is too short is taken");
        } catch (Allswell.Refused refused) {
            expect(refused.getMessage().equals("range"), refused.getMessage());
        }
        String uri = Allswell.invite(her.engine, RELAY, monoMs(), wallMs);
        her.serve();
        Allswell.join(him.engine, bytes(uri), RELAY, monoMs(), wallMs);
        him.serve();
        bothWait(her, him, 300);
        String words = Allswell.words(her.engine);
        expect(words.equals(Allswell.words(him.engine)), "the words differ");
        Allswell.verify(her.engine, monoMs(), wallMs);
        Allswell.verify(him.engine, monoMs(), wallMs);

        byte[] salt = bytes("0123456789abcdef");
        byte[] safe = Allswell.presenceKey(bytes("safe"), salt);
        Allswell.plan(her.engine, safe, Allswell.presenceKey(bytes("duress"), salt), monoMs(), wallMs);
        bothWait(her, him, 600);
        her.restart(); // nothing is lost: every record was stored before it mattered

        Allswell.checkin(her.engine, safe, monoMs(), wallMs);
        bothWait(her, him, 60);
        int[] view = Allswell.view(him.engine);
        expect(view[0] == Allswell.LADDER_FINE, "state " + view[0]);
        expect(view[1] == Allswell.VERDICT_SAFE, "verdict " + view[1]);
        expect(him.events.contains("checked-in"), him.events.toString());
        System.out.println("Subject: all is well; words: " + words);
        Allswell.close(her.engine);
        Allswell.close(him.engine);
    }

    private Checkin() {
    }
}
