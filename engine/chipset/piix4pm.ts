/**
 * Power management of Intel's 82371AB (PIIX4), function 3, as QEMU's `pc` adds it to a PIIX3 at 00:01.3: the ACPI registers
 * at PMBASE, an SMBus host without devices, and a block of general-purpose events at AFE0.
 *
 *   PMBASE +0  PMSTS    15 WAK  10 RTC  8 PWRBTN  5 GBL  4 BM  0 TMROF   writing 1 clears
 *          +2  PMEN     10 RTC  8 PWRBTN  5 GBL  0 TMROF                 the SCI (IRQ 9) is high while one meets its status
 *          +4  PMCNTRL  13 SUS_EN: sleep now   12:10 SUS_TYP (0 soft off, 1 RAM alone is kept)   2 GBL_RLS   1 BRLD_EN_BM
 *                       0 SCI_EN
 *          +8  PMTMR    24 bits at 3.579545 MHz; each change of bit 23 sets TMROF
 *   SMBus  +0  SMBHSTSTS  4 failed  3 collision  2 device error  1 interrupt  0 busy     +2 SMBHSTCNT  6 start
 *          +3  SMBHSTCMD  +4 SMBHSTADD  +5, +6 SMBHSTDAT0, 1
 *   AFE0   GPE0: status (2 bytes, writing 1 clears), enable (2 bytes)
 *
 *   configuration: 40 PMBASE, 80 bit 0 enables it; 90 SMBHSTBASE, D2 bit 0 enables it; 58 DEVACTB, bit 25 SMI by APMC
 *
 * Modelled: what is drawn above. From the sleep that keeps RAM (ACPI's S3) the power button wakes, and the clock's alarm with
 * RTC_EN: everything is reset, and PMSTS says WAK and why. A transfer on the SMBus ends with a device error, as nobody
 * answers; other sleep types do nothing. Writing ACPI_ENABLE (F1h) and ACPI_DISABLE (F0h) to APMC sets and clears SCI_EN, which on other boards a
 * handler of the firmware does. Not modelled: the other ACPI registers from +0C on, device monitors, throttling.
 *
 * Source: Intel 82371AB (PIIX4) data sheet, 290562-001, chapters 7, 10, 11; ACPI 2.0, 4.7; QEMU, docs/specs/acpi_*.
 */
import type { AccessSize, Bus, Device, Line, Registers, Timer } from "./bus.ts";
import { Frequency } from "./frequency.ts";
import type { PciBus } from "./pci.ts";
import type { ConfigRegister, PciFunction } from "./pcifunction.ts";

/** Wiring of the function. */
export interface Piix4PmOptions {
  /** IRQ 9. */
  readonly sci: Line;
  /** Soft off. */
  readonly powerOff: () => void;
  /** A sleep that keeps RAM begins: processors stop. */
  readonly suspend: () => void;
  /** It ends, with a reset. */
  readonly wake: () => void;
  /** SMI# falls. Without it software finds SMIs already set up, and leaves them. */
  readonly smi?: () => void;
}

/** Written to APMC: who has the power button, the operating system or the firmware. */
export const ACPI_ENABLE = 0xf1;
export const ACPI_DISABLE = 0xf0;
export const GPE0 = 0xafe0;
/** Bytes of PMBASE's block. */
const PM_BYTES = 64;
const STS_TMROF = 0x0001;
const STS_PWRBTN = 0x0100;
const STS_RTC = 0x0400;
const STS_WAK = 0x8000;
const STS_WRITABLE = 0x8531;
const EN_WRITABLE = 0x0521;
const CNT_SCI_EN = 0x0001;
const CNT_WRITABLE = 0x1c03;
const CNT_SUS_EN = 0x2000;
const SOFT_OFF = 0;
const SUSPEND_TO_RAM = 1;
const PM_TIMER_HZ = 3_579_545;
const HALF_PERIOD = 2 ** 23;
const DEVACTB_APMC_EN = 0x0200_0000;
const SMBUS_START = 0x40;
const SMBUS_DEVICE_ERROR = 0x04;

/** The function. */
export class Piix4Pm implements Device {
  readonly name = "piix4pm";
  readonly state = {
    status: 0,
    enable: 0,
    control: 0,
    gpeStatus: 0,
    gpeEnable: 0,
    smbus: new Uint8Array(16),
    isAsleep: false,
    /** Bits of PMSTS that the reset on its way leaves: it ends a sleep. */
    woken: 0,
  };
  readonly pci: PciFunction;
  readonly #bus: Pick<Bus, "ports" | "clock">;
  readonly #options: Piix4PmOptions;
  readonly #frequency: Frequency;
  readonly #overflow: Timer;

  constructor(bus: Pick<Bus, "ports" | "clock">, pci: PciBus, options: Piix4PmOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#frequency = new Frequency(PM_TIMER_HZ, bus.clock.ticksPerSecond);
    this.#overflow = bus.clock.timer("piix4pm.timer", () => this.#timerTurned());
    const base = (register: number, enable: number) => (config: PciFunction) => {
      const at = config.get(register, 4) & 0xffc0;
      return config.get(enable, 1) & 1 && at !== 0 ? at : undefined;
    };
    this.pci = pci.add({
      name: this.name,
      device: 1,
      function: 3,
      vendorId: 0x8086,
      deviceId: 0x7113,
      revision: 3,
      classCode: 0x068000,
      registers: configRegisters(options.smi !== undefined),
      windows: [
        { kind: "io", size: PM_BYTES, registers: this.#acpi(), base: base(0x40, 0x80) },
        { kind: "io", size: 16, registers: this.#smbus(), base: base(0x90, 0xd2) },
      ],
    });
    bus.ports.claim(this.name, GPE0, 4, this.#gpe());
  }

  /** Soft power button: it asks the operating system, which may refuse, or wakes it. */
  pressPowerButton(): void {
    this.state.status |= STS_PWRBTN;
    this.#update();
    this.#wake(STS_PWRBTN);
  }

  /** The clock's alarm. */
  alarm(): void {
    this.state.status |= STS_RTC;
    this.#update();
    if (this.state.enable & STS_RTC) this.#wake(STS_RTC);
  }

  #wake(reason: number): void {
    const { state } = this;
    if (!state.isAsleep) return;
    state.isAsleep = false;
    state.woken = STS_WAK | reason;
    this.#options.wake();
  }

  /** APMC was written. */
  apmc(value: number): void {
    if (value === ACPI_ENABLE) this.state.control |= CNT_SCI_EN;
    if (value === ACPI_DISABLE) this.state.control &= ~CNT_SCI_EN;
    this.#update();
    if (this.pci.get(0x58, 4) & DEVACTB_APMC_EN) this.#options.smi?.();
  }

  reset(): void {
    const status = this.state.woken;
    Object.assign(this.state, { status, enable: 0, control: 0, gpeStatus: 0, gpeEnable: 0, isAsleep: false, woken: 0 });
    this.state.smbus.fill(0);
    this.#update();
  }

  #acpi(): Registers {
    return {
      widest: 4,
      read: (offset, size) => part(this.#acpiDword(offset & ~3), offset & 3, size),
      write: (offset, value, size) => {
        for (let i = 0; i < size; i++) this.#writeAcpi(offset + i, (value >>> (8 * i)) & 0xff);
        // A sleep begins with the access that asks for it, whatever its width.
        if (offset <= 5 && offset + size > 5 && (value >>> (8 * (5 - offset))) & (CNT_SUS_EN >> 8)) this.#sleep();
        this.#update();
      },
    };
  }

  #acpiDword(offset: number): number {
    const { status, enable, control } = this.state;
    if (offset === 0) return status | (enable << 16);
    if (offset === 4) return control;
    return offset === 8 ? this.#cycles() % (2 * HALF_PERIOD) : 0;
  }

  #writeAcpi(offset: number, byte: number): void {
    const { state } = this;
    const shift = 8 * (offset & 1);
    const into = (old: number, writable: number) => (old & ~(0xff << shift)) | ((byte << shift) & writable);
    if (offset < 2) state.status &= ~((byte << shift) & STS_WRITABLE);
    else if (offset < 4) state.enable = into(state.enable, EN_WRITABLE);
    else if (offset < 6) state.control = into(state.control, CNT_WRITABLE);
  }

  #sleep(): void {
    const type = (this.state.control >> 10) & 7;
    if (type === SOFT_OFF) this.#options.powerOff();
    if (type !== SUSPEND_TO_RAM) return;
    this.state.isAsleep = true;
    this.#options.suspend();
  }

  #cycles(): number {
    return this.#frequency.cyclesAt(this.#bus.clock.now);
  }

  #timerTurned(): void {
    this.state.status |= STS_TMROF;
    this.#update();
  }

  /** The SCI follows the registers; the timer needs watching only while its next turn would set TMROF. */
  #update(): void {
    const { status, enable, control, gpeStatus, gpeEnable } = this.state;
    const asserted = (status & enable) !== 0 || (gpeStatus & gpeEnable) !== 0;
    this.#options.sci.set((control & CNT_SCI_EN) !== 0 && asserted);
    if (status & STS_TMROF) {
      this.#overflow.cancel();
      return;
    }
    const turns = Math.floor(this.#cycles() / HALF_PERIOD);
    this.#overflow.arm(this.#frequency.tickOf((turns + 1) * HALF_PERIOD));
  }

  #gpe(): Registers {
    const { state } = this;
    return {
      read: (port) => ((port < GPE0 + 2 ? state.gpeStatus : state.gpeEnable) >> (8 * (port & 1))) & 0xff,
      write: (port, value) => {
        const shift = 8 * (port & 1);
        if (port < GPE0 + 2) state.gpeStatus &= ~(value << shift);
        else state.gpeEnable = (state.gpeEnable & ~(0xff << shift)) | (value << shift);
        this.#update();
      },
    };
  }

  #smbus(): Registers {
    return {
      read: (offset) => this.state.smbus[offset],
      write: (offset, value) => {
        const { smbus } = this.state;
        if (offset === 0) smbus[0] &= ~value;
        else smbus[offset] = offset === 2 ? value & ~SMBUS_START : value;
        if (offset === 2 && value & SMBUS_START) smbus[0] |= SMBUS_DEVICE_ERROR;
      },
    };
  }
}

function part(dword: number, byte: number, size: AccessSize): number {
  return (dword >>> (8 * byte)) & (size === 4 ? -1 : (1 << (8 * size)) - 1);
}

function configRegisters(hasSmi: boolean): ConfigRegister[] {
  return [
    { offset: 0x04, size: 4, value: 0x02800000, writable: 0x0101, clears: 0xf8000000 },
    { offset: 0x3c, size: 2, value: 0x0100, writable: 0x00ff },
    { offset: 0x40, size: 4, value: 1, writable: 0xffc0 },
    { offset: 0x58, size: 4, value: hasSmi ? 0 : DEVACTB_APMC_EN, writable: -1 },
    // Device resources: a floppy controller and two serial ports decode.
    { offset: 0x5c, size: 4, value: 0x10000000, writable: -1 },
    { offset: 0x60, size: 4, value: 0x60000000, writable: -1 },
    { offset: 0x64, size: 4, value: 0x98000000, writable: -1 },
    { offset: 0x80, size: 1, value: 0, writable: 0x01 },
    { offset: 0x90, size: 4, value: 1, writable: 0xfff0 },
    { offset: 0xd2, size: 1, value: 0, writable: 0x0f },
  ];
}
