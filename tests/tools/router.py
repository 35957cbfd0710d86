#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A router to be asked, on one address of this machine: UPnP (discovery, description, the three
actions that matter) and NAT-PMP, with one table of forwarded ports.

Usage: router.py ADDRESS EXTERNAL [upnp] [pmp] [refuse] [taken] [lease=S]
  EXTERNAL  what it says its address is
  upnp, pmp what it speaks
  refuse    it forwards nothing
  taken     port 7440 is forwarded to another machine already
  lease     what it forwards it forgets after S seconds (else never; by NAT-PMP after 7200)
Prints "ready", then each entry that is made or forgotten."""
import http.server
import math
import re
import socket
import struct
import sys
import threading
import time

ADDRESS, EXTERNAL, *FLAGS = sys.argv[1:]
LEASE = next((int(flag[6:]) for flag in FLAGS if flag.startswith("lease=")), 0)
TABLE = {7440: ("192.168.7.99", 7440)} if "taken" in FLAGS else {}
ENDS = {}
SERVICE = "urn:schemas-upnp-org:service:WANIPConnection:1"
DESCRIPTION = f"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">
<specVersion><major>1</major><minor>0</minor></specVersion><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>
<friendlyName>router</friendlyName><UDN>uuid:1</UDN><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANDevice:1</deviceType><UDN>uuid:2</UDN><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1</serviceType>
<serviceId>urn:upnp-org:serviceId:WANCommonIFC1</serviceId><controlURL>/common</controlURL>
<eventSubURL>/e</eventSubURL><SCPDURL>/s</SCPDURL></service></serviceList><deviceList><device>
<deviceType>urn:schemas-upnp-org:device:WANConnectionDevice:1</deviceType><UDN>uuid:3</UDN>
<serviceList><service><serviceType>{SERVICE}</serviceType>
<serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId><controlURL>/ip</controlURL>
<eventSubURL>/e</eventSubURL><SCPDURL>/s</SCPDURL></service></serviceList></device></deviceList>
</device></deviceList></device></root>"""


def left(outside):
    ends = ENDS.get(outside, math.inf)
    return 0 if ends == math.inf else max(1, math.ceil(ends - time.monotonic()))


def forget():
    for outside in [outside for outside, ends in ENDS.items() if ends < time.monotonic()]:
        print("forgets", outside, flush=True)
        del TABLE[outside], ENDS[outside]


def forward(outside, client, inside, about):
    if "refuse" in FLAGS or TABLE.get(outside, (client, inside)) != (client, inside):
        return False
    TABLE[outside] = (client, inside)
    ENDS[outside] = time.monotonic() + LEASE if LEASE else math.inf
    print("forwards", outside, client, inside, about, flush=True)
    return True


class Pages(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, code, text):
        self.send_response(code)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self.answer(200, DESCRIPTION)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        action = self.headers["SOAPAction"].strip('"').split("#")[1]
        given = dict(re.findall(r"<(New\w+)>([^<]*)</", body))
        code, values = self.act(action, given)
        if code:
            self.answer(500, "<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>"
                        f"{code}</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>")
            return
        inner = "".join(f"<{k}>{v}</{k}>" for k, v in values.items())
        self.answer(200, f'<s:Envelope><s:Body><u:{action}Response xmlns:u="{SERVICE}">{inner}'
                    f"</u:{action}Response></s:Body></s:Envelope>")

    def act(self, action, given):
        port = int(given.get("NewExternalPort", 0))
        forget()
        if action == "GetStatusInfo":
            return 0, {"NewConnectionStatus": "Connected", "NewLastConnectionError": "ERROR_NONE",
                       "NewUptime": 1}
        if action == "GetExternalIPAddress":
            return 0, {"NewExternalIPAddress": EXTERNAL}
        if action == "GetSpecificPortMappingEntry" and port in TABLE:
            return 0, {"NewInternalPort": TABLE[port][1], "NewInternalClient": TABLE[port][0],
                       "NewEnabled": 1, "NewPortMappingDescription": "x", "NewLeaseDuration": left(port)}
        if action == "AddPortMapping":
            ok = forward(port, given["NewInternalClient"], int(given["NewInternalPort"]),
                         given["NewPortMappingDescription"])
            return (0, {}) if ok else (718, {})
        return 714, {}


def discovery(group, port):
    while True:
        asked, sender = group.recvfrom(2000)
        target = re.search(rb"(?im)^ST: *(\S+)", asked)
        if asked.startswith(b"M-SEARCH") and b"InternetGatewayDevice" in target.group(1):
            group.sendto(b"HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=60\r\nST: "
                         + target.group(1) + b"\r\nUSN: uuid:1\r\nEXT:\r\nSERVER: router\r\n"
                         + f"LOCATION: http://{ADDRESS}:{port}/\r\n\r\n".encode(), sender)


def pmp(sock):
    while True:
        asked, sender = sock.recvfrom(100)
        if asked[1] == 0:
            sock.sendto(struct.pack("!BBHI4s", 0, 128, 0, 1, socket.inet_aton(EXTERNAL)), sender)
        elif len(asked) == 12:
            inside, outside, _ = struct.unpack("!HHI", asked[4:])
            ok = forward(outside, sender[0], inside, "-")
            sock.sendto(struct.pack("!BBHIHHI", 0, 130, 0 if ok else 2, 1, inside,
                                    outside if ok else 0, LEASE or 7200), sender)


def bound(address, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    return sock


# All is bound before "ready": who asks from then on is answered, however late.
if "upnp" in FLAGS:
    pages = http.server.ThreadingHTTPServer((ADDRESS, 0), Pages)
    group = bound("239.255.255.250", 1900)
    group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton("239.255.255.250") + socket.inet_aton(ADDRESS))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    threading.Thread(target=discovery, args=(group, pages.server_port), daemon=True).start()
if "pmp" in FLAGS:
    threading.Thread(target=pmp, args=(bound(ADDRESS, 5351),), daemon=True).start()
print("ready", flush=True)
threading.Event().wait()
