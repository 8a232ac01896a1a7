/** Who is who on the user network: 10.0.2.0/24, its addresses as in QEMU, docs/system/devices/net.rst. */
import { address, addressBytes, type Ipv4 } from "./ipv4.ts";

export const GATEWAY = address("10.0.2.2");
export const DNS = address("10.0.2.3");
export const GUEST = address("10.0.2.15");
export const MASK = address("255.255.255.0");

/** The MAC of a server at `ip`, and of a whole user network at its address among others: 52:55 and the address. */
export function macOf(ip: Ipv4): Uint8Array {
  return Uint8Array.of(0x52, 0x55, ...addressBytes(ip));
}
