/**
 * Features by the names of QEMU 7.2's `-cpu` that this engine neither has nor names otherwise: asking for one is a
 * warning, as QEMU's own accelerators give it, and not the error that a misspelled name is.
 */
const NAMES = `
  ace2 ace2-en amd-no-ssb amd-ssbd amd-stibp amx-bf16 amx-int8 amx-tile arch-capabilities arch-lbr avic avx-vnni
  avx512-4fmaps avx512-4vnniw avx512-bf16 avx512-fp16 avx512-vp2intersect avx512-vpopcntdq avx512bitalg avx512bw
  avx512cd avx512dq avx512er avx512f avx512ifma avx512pf avx512vbmi avx512vbmi2 avx512vl avx512vnni bus-lock-
  detect cid cldemote cmp-legacy core-capability dca decodeassists ds ds-cpl dtes64 est extapic flushbyasid fma4
  full-width-write gfni hle ht ia64 ibpb ibrs ibrs-all ibs intel-pt intel-pt-lip kvmclock kvmclock-stable-bit lbrv
  lwp md-clear mds-no movdir64b movdiri mpx nodeid-msr npt nrip-save osvw pause-filter pbe pcommit pdcm perfctr-nb
  pfthreshold phe phe-en pks pmm pmm-en pn pschange-mc-no rdctl-no rsba rtm serialize skinit skip-l1dfl-vmentry
  smx spec-ctrl split-lock-detect ssb-no ssbd stibp svm-lock svme-addr-chk taa-no tbm tce tm tm2 topoext tsc-scale
  tsx-ctrl tsx-ldtrk v-vmsave-vmload vaes vgif virt-ssbd vmcb-clean vpclmulqdq waitpkg wdt xcrypt xcrypt-en xfd
  xop xstore xstore-en xtpr
`;

const OTHERS: ReadonlySet<string> = new Set(NAMES.trim().split(/\s+/));

/** Those of hypervisors and enclaves come in families. */
const FAMILY = /^(vmx|kvm|sgx|hv)($|-)/;

/** Whether `name`, in lower case with dashes, is a feature of another processor or accelerator. */
export function isOtherFeature(name: string): boolean {
  return OTHERS.has(name) || FAMILY.test(name);
}
