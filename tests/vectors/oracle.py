#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Checks spec/vectors against a second implementation, written from spec/09-crypto.md alone.

The vectors come from the C library; without this they would only show that it has not changed.
Standard library only. X25519, ChaCha20-Poly1305 and SipHash follow RFC 7748, RFC 8439 and the
SipHash paper. Argon2id is not among them: presence keys are taken from the file as they are.
"""
import hashlib
import hmac
import json
import pathlib
import struct
import sys

ZERO32 = bytes(32)
ZERO_NONCE = bytes(12)
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493


def extract(salt, ikm):
    return hmac.new(salt or ZERO32, ikm, hashlib.sha256).digest()


def expand(prk, info, n):
    out, block, i = b"", b"", 1
    while len(out) < n:
        block = hmac.new(prk, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:n]


def kdf(key, label, context=b"", n=32):
    return expand(key, b"allswell/1 " + label.encode() + b"\0" + context, n)


def labelled_hash(label, m):
    return hashlib.blake2b(m, digest_size=32, person=label.encode()).digest()


def sub(key, n):
    return hashlib.blake2b(b"", digest_size=32, key=key, salt=struct.pack("<QQ", n, 0),
                           person=b"awchain1").digest()


def x25519(k, u):
    k = int.from_bytes(k, "little") & ~7 & (2**254 - 1) | 2**254
    x1 = int.from_bytes(u, "little") & (2**255 - 1)
    x2, z2, x3, z3 = 1, 0, x1, 1
    for t in range(254, -1, -1):
        bit = k >> t & 1
        if bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb = d * a % P, c * b % P
        aa, bb = a * a % P, b * b % P
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
        if bit:
            x2, z2, x3, z3 = x3, z3, x2, z2
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def public(k):
    return x25519(k, (9).to_bytes(32, "little"))


def rotl(v, n, bits=32):
    return (v << n | v >> (bits - n)) & (2**bits - 1)


def chacha_block(key, nonce, counter):
    start = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) +
                               nonce))
    s = start[:]
    columns = [(0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)]
    diagonals = [(0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)]
    for _ in range(10):
        for a, b, c, d in columns + diagonals:
            for x, y, z, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                s[x] = (s[x] + s[y]) & 0xFFFFFFFF
                s[z] = rotl(s[z] ^ s[x], n)
    return struct.pack("<16I", *((v + w) & 0xFFFFFFFF for v, w in zip(s, start)))


def poly1305(key, m):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    acc = 0
    for i in range(0, len(m), 16):
        acc = (acc + int.from_bytes(m[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((acc + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def seal(key, nonce, ad, plain):
    stream = b"".join(chacha_block(key, nonce, 1 + i) for i in range((len(plain) + 63) // 64))
    cipher = bytes(a ^ b for a, b in zip(plain, stream))
    pad = [bytes(-len(x) % 16) for x in (ad, cipher)]
    mac = poly1305(chacha_block(key, nonce, 0)[:32],
                   ad + pad[0] + cipher + pad[1] + struct.pack("<QQ", len(ad), len(cipher)))
    return cipher + mac


def siphash(key, m):
    k = struct.unpack("<QQ", key)
    v = [k[0] ^ 0x736F6D6570736575, k[1] ^ 0x646F72616E646F6D, k[0] ^ 0x6C7967656E657261,
         k[1] ^ 0x7465646279746573]

    def rounds(n):
        for _ in range(n):
            for a, b, c, d, r, s in ((0, 1, 2, 3, 13, 16), (2, 1, 0, 3, 17, 21)):
                v[a] = (v[a] + v[b]) % 2**64
                v[b] = rotl(v[b], r, 64) ^ v[a]
                if a == 0:
                    v[0] = rotl(v[0], 32, 64)
                    v[2] = (v[2] + v[3]) % 2**64
                    v[3] = rotl(v[3], s, 64) ^ v[2]
                else:
                    v[2] = rotl(v[2], 32, 64)
                    v[0] = (v[0] + v[3]) % 2**64
                    v[3] = rotl(v[3], s, 64) ^ v[0]

    m += bytes(-(len(m) + 1) % 8) + bytes([len(m) % 256])
    for (word,) in struct.iter_unpack("<Q", m):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return struct.pack("<Q", v[0] ^ v[1] ^ v[2] ^ v[3])


class Symmetric:
    """SymmetricState and CipherState of Noise."""

    def __init__(self, name, prologue):
        name = name.encode()
        self.h = name.ljust(32, b"\0") if len(name) <= 32 else hashlib.sha256(name).digest()
        self.ck, self.k, self.n = self.h, None, 0
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.h = hashlib.sha256(self.h + data).digest()

    def mix_key(self, ikm):
        out = expand(extract(self.ck, ikm), b"", 64)
        self.ck, self.k, self.n = out[:32], out[32:], 0

    def encrypt(self, plain):
        out = seal(self.k, bytes(4) + struct.pack("<Q", self.n), self.h, plain)
        self.n += 1
        self.mix_hash(out)
        return out

    def split(self):
        out = expand(extract(self.ck, b""), b"", 64)
        return out[:32], out[32:]


checks = 0


def same(name, ours, theirs):
    global checks
    checks += 1
    theirs = bytes.fromhex(theirs) if isinstance(ours, bytes) else theirs
    if ours != theirs:
        sys.exit(f"{name}: the chapter gives {ours!r}, the file has {theirs!r}")


class Fields:
    """One object of a vector file; byte fields decoded."""

    def __init__(self, raw):
        self.raw = raw

    def __call__(self, name):
        return bytes.fromhex(self.raw[name])


def check_kdf(d):
    f = Fields(d["labelled"])
    want = f.raw["output"]
    same("labelled", kdf(f("key"), f.raw["label"], f("context"), len(want) // 2), want)
    f = Fields(d["extract"])
    same("extract", extract(f("salt"), f("material")), f.raw["output"])
    f = Fields(d["chain"])
    chain = f("chain_0")
    for i in range(1003):
        if i < 3:
            same(f"message_key_{i}", sub(chain, 2), f.raw[f"message_key_{i}"])
        chain = sub(chain, 1)
    same("chain_1003", chain, f.raw["chain_1003"])
    f = Fields(d["hash"])
    same("capability", labelled_hash("capability id", f("capability")), f.raw["capability_hash"])


def check_cell(d):
    for name, length in (("small", 512), ("bulk", 16384)):
        f = Fields(d[name])
        hk, nonce, index = f("header_key"), f("nonce"), struct.pack(">I", f.raw["index"])
        mask = siphash(hk[:16], nonce)[:4]
        head = bytes(a ^ b for a, b in zip(index, mask)) + siphash(hk[16:], nonce + index)[:4]
        same(name + " head", head, f.raw["head"])
        plain = f("content").ljust(length - 36, b"\0")
        cell = nonce + head + seal(f("message_key"), nonce, head, plain)
        same(name, cell, f.raw["cell"])


def check_shares(d):
    f = Fields(d["three_of_five"])
    coef = [int.from_bytes(f(f"random_{i}"), "little") % L for i in (1, 2, 3)]
    same("key", coef[0].to_bytes(32, "little"), f.raw["key"])
    for x in range(1, 6):
        y = sum(c * x**i for i, c in enumerate(coef)) % L
        same(f"share_{x}", bytes([x]) + y.to_bytes(32, "little"), f.raw[f"share_{x}"])
    sealed = seal(kdf(f("key"), "state"), ZERO_NONCE, b"", f("state"))
    same("sealed", sealed, f.raw["sealed_state"])


def check_presence(d):
    k, f = Fields(d["keys"]), Fields(d["mac_and_blob"])
    contact = {}
    for who in ("safe", "duress"):
        key = k(who + "_secret_presence_key")
        picture = kdf(key, "presence picture", k("tweak"), 1)[0] % 16
        same(who + " picture", picture, k.raw[who + "_picture"])
        contact[who] = kdf(key, "presence contact", k("channel_id"))
        same(who + " contact key", contact[who], k.raw[who + "_contact_key"])
    accept, e = public(f("accept_secret")), public(f("random_1"))
    same("accept", accept, f.raw["accept"])
    same("e", e, f.raw["e"])
    dh = x25519(f("random_1"), accept)
    secret = kdf(k("circle_key"), "presence point", k("channel_id"))
    same("point secret", secret, k.raw["point_secret"])
    point = public(secret)
    same("point", point, k.raw["point"])
    both = dh + x25519(f("random_1"), point)
    mac = kdf(extract(contact["duress"], both), "presence mac",
              e + accept + point + f("act_hash"), 16)
    same("mac", mac, f.raw["mac"])
    blob = seal(kdf(extract(b"", dh), "presence keys", e + accept), ZERO_NONCE, b"",
                b"\1" + contact["safe"] + contact["duress"] + k("circle_key"))
    same("blob", blob, f.raw["blob"])


def base45(m):
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    out = ""
    for i in range(0, len(m), 2):
        n, count = int.from_bytes(m[i:i + 2], "big"), 3 if i + 1 < len(m) else 2
        out += "".join(alphabet[n // 45**k % 45] for k in range(count))
    return out


def head_of(major, n):
    for limit, more, width in ((24, None, 0), (2**8, 24, 1), (2**16, 25, 2), (2**32, 26, 4)):
        if n < limit:
            return bytes([major << 5 | (n if width == 0 else more)]) + (
                n.to_bytes(width, "big") if width else b"")
    raise ValueError(n)


def cbor(v):
    if isinstance(v, dict):
        return head_of(5, len(v)) + b"".join(cbor(k) + cbor(x) for k, x in sorted(v.items()))
    if isinstance(v, str):
        return head_of(3, len(v.encode())) + v.encode()
    return head_of(0, v) if v >= 0 else head_of(1, -1 - v)


def check_short(d):
    f = Fields(d["keys"])
    lane = kdf(f("epoch_secret"), "lane", b"\3\0", 64)
    hk, chain = lane[:32], lane[32:]
    same("short header key", hk, f.raw["header_key"])
    f = Fields(d["checkin"])
    statement = struct.pack(">IIIB", 1000, 1772366400, 86400, 2)
    act = labelled_hash("act short", f("channel_id") + statement + struct.pack(">II", 13, 700))
    same("short act", act, f.raw["short_act_hash"])
    accept, e = public(f("accept_secret")), public(f("random_1"))
    point = public(kdf(f("circle_key"), "presence point", f("channel_id")))
    same("short point", point, f.raw["point"])
    both = x25519(f("random_1"), accept) + x25519(f("random_1"), point)
    key = extract(f("contact_key"), both)
    mac = kdf(key, "presence mac", e + accept + point + act, 16)
    same("short mac", mac, f.raw["mac"])
    same("mac of the call", kdf(key, "presence mac", e + accept + point + f("act_hash"), 16),
         f.raw["mac_of_the_call"])
    state = {0: 1772366430, 1: 514779000, 2: -15000, 3: 20, 4: 41, 7: "red van"}
    contents = {
        "checkin": struct.pack(">BIIIII", 2, 1000, 1772366400, 86400, 13, 700) + b"\1" + e + mac,
        "sos": (struct.pack(">BIIIII", 3, 1001, 1772366460, 2678400, 14, 700) + b"\1" +
                cbor(state)).ljust(70, b"\0"),
    }
    for n, (name, content) in enumerate(contents.items()):
        f = Fields(d[name])
        same(name + " content", content, f.raw["content"])
        nonce, index = f("nonce"), struct.pack(">I", n)
        head = bytes(a ^ b for a, b in zip(index, siphash(hk[:16], nonce)[:4]))
        head += siphash(hk[16:], nonce + index)[:4]
        frame = nonce + head + seal(sub(chain, 2), nonce, head, content)
        same(name + " frame", frame, f.raw["frame"])
        same(name + " text", base45(frame), f.raw["text"])
        chain = sub(chain, 1)


def check_peers(d):
    f = Fields(d["handshake"])
    secrets = [f("random_1"), f("random_2")]
    keys = [public(k) for k in secrets]
    same("key 1", keys[0], f.raw["key_1"])
    same("key 2", keys[1], f.raw["key_2"])
    high = 0 if keys[0] > keys[1] else 1
    same("who begins", high + 1, f.raw["who_begins"])
    f = Fields(d["mailbox"])
    seed = kdf(f("peer_seed"), "peer mailbox", b"\3")
    same("deposit seed of a peer", seed, f.raw["deposit_seed"])
    f = Fields(d["witness"])
    channel_id = bytes.fromhex(d["handshake"]["channel_id"])
    same("badge", kdf(f("circle_key"), "badge", channel_id + b"\0" + struct.pack(">I", 1), 16),
         f.raw["badge"])


def check_link(d):
    f = Fields(d["handshake"])
    relay = public(f("relay_secret"))
    same("relay key", relay, f.raw["relay_key"])
    s = Symmetric("Noise_NK_25519_ChaChaPoly_SHA256", b"allswell/1 link")
    s.mix_hash(relay)
    e = public(f("random_1"))
    s.mix_hash(e)
    s.mix_key(x25519(f("random_1"), relay))
    first = e + s.encrypt(f("first_plaintext"))
    same("first frame", struct.pack(">H", len(first)) + first, f.raw["first_frame"])
    answer = public(f("random_2"))
    s.mix_hash(answer)
    s.mix_key(x25519(f("random_2"), e))
    answer += s.encrypt(b"")
    same("answer", struct.pack(">H", len(answer)) + answer, f.raw["answer_frame"])
    f = Fields(d["frames"])
    to_relay, to_client = s.split()
    for key, plain, want in ((to_relay, f("plaintext"), "client_frame_0"),
                             (to_client, bytes(len(f("plaintext"))), "relay_frame_0_of_zeros")):
        cipher = seal(key, ZERO_NONCE, b"", plain)
        same(want, struct.pack(">H", len(cipher)) + cipher, f.raw[want])


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, check in (("kdf", check_kdf), ("cell", check_cell), ("shares", check_shares),
                        ("presence", check_presence), ("link", check_link), ("short", check_short),
                        ("peers", check_peers)):
        check(json.loads((folder / f"{name}.json").read_text()))
    print(f"{checks} values agree")


if __name__ == "__main__":
    main()
