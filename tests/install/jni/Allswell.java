// SPDX-License-Identifier: ISC

/** The calls of allswell_jni.c. Times are milliseconds: monotonic, counting sleep, and wall clock. */
final class Allswell {
    /** A status other than ok, by its name in spec/. */
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String status) {
            super(status);
        }
    }

    /** What the engine wants done. What is thrown counts as not done, and comes again. */
    interface Host {
        /** Prepares to store a record, or with null to delete it. */
        void put(int space, long key, byte[] value);

        /** Everything that was put since the last one, or nothing; on disk when it returns. */
        void commit();

        /** A cell for a relay; with `armAfter`, seconds, for its switch. Return when it is on disk there. */
        void deposit(byte[] capability, byte[] cell, int armAfter);

        /** An event; urgency 2 rings. */
        void show(String event, int urgency);
    }

    static final int LADDER_FINE = 1, VERDICT_SAFE = 2;

    static native boolean isSameVersion();

    static native long open(boolean isSubject, long monoMs, long wallMs);

    static native void load(long engine, int space, long key, byte[] value);

    static native void start(long engine, long monoMs, long wallMs);

    static native void close(long engine);

    static native void serve(long engine, Host host, long monoMs, long wallMs);

    static native void tick(long engine, long monoMs, long wallMs);

    static native long deadline(long engine);

    static native byte[] mailbox(long engine, int i, int[] id);

    static native String feed(long engine, int mailbox, byte[] cell, int atS, long monoMs, long wallMs);

    static native String words(long engine);

    static native void verify(long engine, long monoMs, long wallMs);

    static native String invite(long subject, String relay, long monoMs, long wallMs);

    static native byte[] presenceKey(byte[] secret, byte[] salt);

    static native void plan(long subject, byte[] safeKey, byte[] duressKey, long monoMs, long wallMs);

    static native void checkin(long subject, byte[] presenceKey, long monoMs, long wallMs);

    static native void join(long contact, byte[] uri, String relay, long monoMs, long wallMs);

    static native int[] view(long contact);

    private Allswell() {
    }
}
