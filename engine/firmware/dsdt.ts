/**
 * The differentiated system description of our PC: a PCI bus with its interrupt links, the ISA devices, soft off.
 *
 * Interrupts of PCI go through the links LNKA to LNKD, which are the PIIX3's PIRQ registers, to IRQ 5, 10 or 11 in both
 * interrupt modes, as the boards are wired; the power management function's own interrupt is IRQ 9.
 *
 * Source: ACPI specification 6.3, chapters 6, 7.
 */
import * as aml from "./aml.ts";

const LINK_IRQS = [5, 10, 11];
const SCI = 9;
const PCI_DEVICES = 32;
const IO_APIC_WINDOW = 0xfec00000;

/** What the description depends on. */
export interface DsdtMachine {
  /** Bytes of memory from address 0. */
  readonly memory: { readonly below: number };
  /** Serial ports and floppy drives that are there. */
  readonly serialPorts: readonly { readonly base: number; readonly irq: number }[];
  readonly hpet: boolean;
}

/** The body of the table, after its header. */
export function dsdtBody(machine: DsdtMachine): Uint8Array {
  const links = [0, 1, 2, 3].map((n) => `LNK${"ABCD"[n]}`);
  const terms = [
    aml.scope(
      "\\_SB",
      aml.device(
        "PCI0",
        aml.named("_HID", aml.eisaId("PNP0A03")),
        aml.named("_UID", aml.integer(0)),
        aml.named("_CRS", bridgeResources(machine)),
        aml.named("_PRT", routing(links)),
        isaBridge(machine),
      ),
      ...links.map((name, n) => link(name, n)),
      sciLink(),
      ...(machine.hpet ? [hpet()] : []),
    ),
    // SLP_TYP, for PM1a and PM1b: of the sleep that keeps RAM, and of soft off.
    aml.named("\\_S3", aml.packageOf(aml.integer(1), aml.integer(1), aml.integer(0), aml.integer(0))),
    aml.named("\\_S5", aml.packageOf(aml.integer(0), aml.integer(0), aml.integer(0), aml.integer(0))),
  ];
  return Uint8Array.from(terms.flat());
}

function bridgeResources({ memory }: DsdtMachine): aml.Aml {
  return aml.resources(
    aml.busNumbers(0, 0xff),
    aml.ports(0xcf8, 8),
    aml.portSpace(0, 0xcf7),
    aml.portSpace(0xd00, 0xffff),
    aml.memorySpace(0xa0000, 0xbffff, true),
    aml.memorySpace(Math.max(memory.below, 0x80000000), IO_APIC_WINDOW - 1, false),
  );
}

/** Pin p of device d goes to link (d + p − 1) mod 4; the power management function in device 1 has a link of its own. */
function routing(links: readonly string[]): aml.Aml {
  const entries: aml.Aml[] = [];
  for (let device = 0; device < PCI_DEVICES; device++) {
    for (let pin = 0; pin < 4; pin++) {
      const name = device === 1 && pin === 0 ? "LNKS" : links[(device + pin + 3) & 3];
      const address = aml.integer(device * 0x10000 + 0xffff);
      entries.push(aml.packageOf(address, aml.integer(pin), aml.name(`\\_SB.${name}`), aml.integer(0)));
    }
  }
  return aml.packageOf(...entries);
}

/** A PIRQ register as an interrupt link device. */
function link(name: string, n: number): aml.Aml {
  const register = aml.name(`\\_SB.PCI0.ISA.PRQ${n}`);
  return aml.device(
    name,
    aml.named("_HID", aml.eisaId("PNP0C0F")),
    aml.named("_UID", aml.integer(n)),
    aml.named("_PRS", aml.resources(aml.interrupts(...LINK_IRQS))),
    aml.method(
      "_STA",
      0,
      false,
      aml.ifThen(aml.and(register, aml.integer(0x80)), aml.returns(aml.integer(0x09))),
      aml.returns(aml.integer(0x0b)),
    ),
    aml.method("_DIS", 0, false, aml.or(register, aml.integer(0x80), register)),
    aml.method(
      "_CRS",
      0,
      true,
      aml.named("BUF", aml.resources(aml.interrupts(0))),
      aml.dwordField(aml.name("BUF"), 5, "IRQN"),
      aml.and(register, aml.integer(0x0f), aml.name("IRQN")),
      aml.returns(aml.name("BUF")),
    ),
    aml.method("_SRS", 1, true, aml.dwordField(aml.argument(0), 5, "IRQN"), aml.store(aml.name("IRQN"), register)),
  );
}

/** The SCI cannot be moved. */
function sciLink(): aml.Aml {
  const fixed = aml.resources(aml.interrupts(SCI));
  return aml.device(
    "LNKS",
    aml.named("_HID", aml.eisaId("PNP0C0F")),
    aml.named("_UID", aml.integer(4)),
    aml.named("_PRS", fixed),
    aml.named("_CRS", fixed),
    aml.named("_STA", aml.integer(0x0b)),
    aml.method("_DIS", 0, false),
    aml.method("_SRS", 1, false),
  );
}

function isaBridge({ serialPorts }: DsdtMachine): aml.Aml {
  const part = (name: string, id: string, ...descriptors: readonly aml.Aml[]) =>
    aml.device(name, aml.named("_HID", aml.eisaId(id)), aml.named("_CRS", aml.resources(...descriptors)));
  const serial = ({ base, irq }: DsdtMachine["serialPorts"][number], n: number) =>
    aml.device(
      `COM${n + 1}`,
      aml.named("_HID", aml.eisaId("PNP0501")),
      aml.named("_UID", aml.integer(n + 1)),
      aml.named("_CRS", aml.resources(aml.ports(base, 8, 8), aml.irqs(irq))),
    );
  return aml.device(
    "ISA",
    aml.named("_ADR", aml.integer(0x00010000)),
    aml.pciRegion("P40C", 0x60, 4),
    aml.byteFields("P40C", "PRQ0", "PRQ1", "PRQ2", "PRQ3"),
    part("RTC", "PNP0B00", aml.ports(0x70, 2), aml.irqs(8)),
    part("KBD", "PNP0303", aml.ports(0x60, 1), aml.ports(0x64, 1), aml.irqs(1)),
    part("MOU", "PNP0F13", aml.irqs(12)),
    part("FDC0", "PNP0700", aml.ports(0x3f2, 4), aml.ports(0x3f7, 1), aml.irqs(6), aml.dma(2)),
    ...serialPorts.map(serial),
  );
}

function hpet(): aml.Aml {
  return aml.device(
    "HPET",
    aml.named("_HID", aml.eisaId("PNP0103")),
    aml.named("_UID", aml.integer(0)),
    aml.named("_CRS", aml.resources(aml.fixedMemory(0xfed00000, 0x400, false))),
  );
}
