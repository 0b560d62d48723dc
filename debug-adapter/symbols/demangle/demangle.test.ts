/** Names as binutils reads them, of all that the C++ library exports, and of Rust; hostile ones end. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { run } from '../testing/fixtures.ts';
import { seededRandom } from '../testing/random.ts';
import { demangled } from './demangle.ts';

/** What binutils reads, as gdb shows it: without what implements it. */
function filtered(names: readonly string[]): string[] {
  const input = names.join('\n');
  return execFileSync('c++filt', ['-i'], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
    .trimEnd()
    .split('\n');
}

const text = (name: string) => demangled(name)?.text ?? name;

/** All that a library exports. */
function exportsOf(library: string): string[] {
  const path = run('g++', [`-print-file-name=${library}`]).trim();
  const names = [...run('nm', ['-D', '--defined-only', path]).matchAll(/ (_Z[^@\n]*)/g)].map(
    ([, name]) => name!,
  );
  return [...new Set(names)];
}

/** What libraries have little of: operators, pointers to all kinds, expressions, copies. */
const ODD = `
_ZN6kernel6Device4kindEi _ZNK6kernel6Device4kindEv _ZN6kernel6DeviceC2Ev _ZN6kernel6DeviceD0Ev _ZN6kernelplERKNS_4PairIicEES3_
_ZN6kernel5twiceIiEET_S1_ _ZN6kernel12_GLOBAL__N_16hiddenEi _ZZ4workvE5words _ZZ4workvE5words_0 _ZZN1A3runEvENKUlvE_clEv
_ZTVN6kernel6DeviceE _ZTIN6kernel4LeftE _ZTSN6kernel4LeftE _ZTTN6kernel6DeviceE _ZThn8_N6kernel5Right4kindEv _ZTv0_n12_NK1A1fEv
_ZTCN6kernel6DeviceE0_NS_4LeftE _ZTch0_h4_N1D5cloneEv _ZGVZ4workvE5words _ZGRL4temp_ _ZTH3tls _ZTW3tls
_Z1fPFivE _Z1fPFPFicES_E _Z1fRA3_i _Z1fPA3_A4_Kc _Z1fM1AKFivE _Z1fM1Ai _Z1fMS_FvvES_ _Z1gPKPVi _Z1hDnDiDsDa _Z1iIJifcEEvDpT_ _Z1iIJEEvDpT_
_Z1fIiEPFvT_Eic _Z1aILi3ELj4ELb1ELc97ELln5ELy6EEvv _Z1bIXadL_Z1cvEEEvv _Z1bIXadL_ZN1A1fEiEEEvv _Z1dIiEDTplfp_fp_ET_ _Z1eIiEDTcl1ffp_EET_
_Z1kIiEvRAszT__i _Z1lIiEDTcvT_fp_ES0_ _Z1mIiEDTcmfp_Li0EES0_ _Z1nIiEDTquneLi0ELi1Efp_Li2EES0_ _Z1oIiEDTixfp_Li2EEPT_ _Z1pIiEDTdtfp_1xET_
_Z1qIiEDTptfp_1xEPT_ _Z1rIiEDTscT_fp_Ei _Z1sIiEDTppfp_ERT_ _Z1tIiEDTpp_fp_ERT_ _Z1uIiEDTgtfp_Li0EET_ _Z1vIiEDTntfp_ET_ _Z1wIiEDTstT_ES0_
_Z1xDv4_f _Z1yCf _Z1zU8__vectorf _ZN1AcviEv _ZN1AcvT_IiEEv _ZN1AcvPKcEv _ZN1AixEi _ZN1AclEv _ZN1AnwEj _ZN1AdaEPv _ZN1AptEv _ZN1AssERKS_
_Zli2_xy _ZltIiEbT_S0_ _ZlsIcEvT_ _Z3runIN6kernel1AEEvT_.isra.0 _Z3runv.cold _Z3runv.part.0.constprop.1 _Z3runv.llvm.123
_ZN1A1BC1ERKS0_ _ZN1AIiE1BIcE1fES0_ _ZN1AUt_1fEv _ZN1AUt0_C2Ev _ZUlvE_ _ZNKR1A1fEv _ZNO1A1fEv _ZNVK1A1fEv _ZN1A1fB3abiEv _Z1fB5cxx11v
_Z1fDoFvvE _Z1fPDoFvvE _Z1fF6__half _Z1fDF16_ _Z1fu5__fooi _Z1fn _Z1fo _Z1fg _Z1fz _Z1fiz _Z1fIiEvOT_ _Z1fIRiEvOT_ _Z1fIOiEvRT_ _Z1fIKiEvRKT_
_Z1fIFivEEvPT_ _Z1fIA3_iEvRT_ _Z1fI1AIiEEvT_ _ZN1AIiE1BIcEC1Ev _ZN1a1bIXsr1cIT_E5valueEEEv _Z1fIiEN1AIT_E4typeES1_ _ZSt4moveIRiEONSt16remove_referenceIT_E4typeEOS2_
_ZNSt6vectorIiSaIiEE9push_backEOi _ZNSs6appendERKSs _ZNSsC1Ev _ZNSaIcED2Ev _ZlsRSoRKSs _Z1fRSiRSd _ZN3foo3barILNS_4ModeE1EEEvv _Z1fIXtl1ALi1ELi2EEEEvv
_ZN1AD4Ev _ZN1AC5Ev _ZN1A _Z _ZN _Z1 _Z3ab _ZS_ _ZT_ _Z1fS_ _Z1fT_ _Z1fIT_EvS0_ _ZN1AIE _Zabc _ZGX _Z1fM _Z99999999999a
`
  .trim()
  .split(/\s+/);

const RUST = `
_RNvCsjnBz1ySidyI_11rustc_lexer13strip_shebang _RNvCs6uQHFSrHnQl_11rustc_parse27new_parser_from_source_file.llvm.9591418063285957071
_RNvXsa_NtNtCsi4IsKQVxMg0_3std3net3tcpNtB5_12IntoIncomingNtNtNtNtCs8NwYtU1Mohg_4core4iter6traits8iterator8Iterator4next
_RNvXs1g_NtCsgEmfK2I1SDS_4core3fmtReNtB6_7Display3fmtCs2gLACRLLts8_7anstyle
_RNvMs3_NtCs3wSw8qFisHb_16rustc_hir_typeck16expr_use_visitorINtB5_14ExprUseVisitorRNtNtB7_7fn_ctxt6FnCtxtQNtNtB7_5upvar15InferBorrowKindE8cat_exprB7_
_RNCNvMs0_NtNtCseU4TY5EZiJk_6object5write5machoNtB9_6Object11macho_writes4_0Bb_
_RNSNvYNCNCNCNvNtCsbQ5qmPw7Wbv_15rustc_interface6passes8analysis00s_0INtNtNtCs8NwYtU1Mohg_4core3ops8function6FnOnceuE9call_once6vtableBe_
_RINvNtCsgEmfK2I1SDS_4core3ptr13drop_in_placeINtNtCslNYArtu3iFV_5alloc4sync3ArcDNtNtNtCs5wpeUTfK1SV_14regex_automata4util9prefilter10PrefilterIEL_EEB1l_
_RINvNtCsgEmfK2I1SDS_4core9panicking13assert_failedINtNtB4_6option6OptionTRNtNtNtCs59TyybOfEHA_18rustc_codegen_llvm4llvm3ffi5ValueB19_EEBM_EB1g_
_RINvMNtCs2fqUAidLEe7_15rustc_serialize6opaqueNtB3_11FileEncoder19panic_invalid_writeKj5_ECsjyvvofjlheH_10rustc_span
_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_ _RNvNvCs9TKSBt0fXBr_11rust_values5outer5inner _RNvC6_123foo3bar _RNvC3foou7gdel_5qa
_RNvCu12ben_4ga_9fgb3foo _RINvC1a1fKanff_E _RINvC1a1fKb1_E _RINvC1a1fKc61_E _RINvC1a1fKc2202_E _RINvC1a1fKpE _RINvC1a1fKhff_E
_RINvC1a1fAhj4_E _RINvC1a1fShE _RINvC1a1fTE _RINvC1a1fThE _RINvC1a1fThmE _RINvC1a1fFEuE _RINvC1a1fFhEmE _RINvC1a1fFUKCEuE _RINvC1a1fFK10rust_callEuE
_RINvC1a1fFG_RL0_hEuE _RINvC1a1fFG0_RL1_hRL0_hEB_E _RINvC1a1fDG_INtC1b1TL0_EEL_E _RINvC1a1fDNtC1b1Tp4ItemhEL_E _RINvC1a1fDINtC1b1ThEp4ItemhENtC1b1UEL_E
_RINvC1a1fPhE _RINvC1a1fOhE _RINvC1a1fQhE _RINvC1a1fL_E _RINvC1a1fzE _RNvYhNtC1a1T1m _RNCC1a0 _RNCC1as_0 _RNKC1a1x _R _RN _RNvC _RB_ _RNvB_1a _RINvC1a1fB4_E
_ZN4core3fmt5write17h0123456789abcdefE _ZN65_$LT$alloc..string..String$u20$as$u20$core..fmt..Display$GT$3fmt17habcdef0123456789E
_ZN4core3ops8function6FnOnce40call_once$u7b$$u7b$vtable.shim$u7d$$u7d$17h0011223344556677E _ZN3foo17h05af221e174051e9E _ZN3foo17haaaaaaaaaaaaaaaaE
_ZN35_$LT$$RF$$u27$a$u20$T$u20$as$u20$X$GT$1f17h0123456789abcdefE _ZN1a10$C$$BP$f..g17h0123456789abcdefE
`
  .trim()
  .split(/\s+/);

describe('a mangled name', () => {
  it('is read as binutils reads it, of all that the C++ library exports', () => {
    const names = exportsOf('libstdc++.so.6');
    expect(names.map(text)).toEqual(filtered(names));
    expect(names.length).toBeGreaterThan(5000);
  });

  it.each([
    ['C++', ODD],
    ['Rust', RUST],
  ])('is read as binutils reads it, of %s', (_, names) => {
    expect(names.map((name) => [name, text(name)])).toEqual(
      filtered(names).map((line, n) => [names[n], line]),
    );
  });

  it.each([
    // Binutils 2.40 loses digits of wide numbers, writes `\'\'\'` for a character, and does not read the others.
    ['_RINvC1a1fKc27_E', "a::f::<'\\''>"],
    ['_ZGR4temp0_', 'reference temporary #1 for temp'],
    ['_RINvC1a1fKnn80000000000000000000000000000000_E', 'a::f::<-0x80000000000000000000000000000000>'],
    ['_ZN1a1b17h0123456789abcdefE.llvm.8F', 'a::b'],
  ])('%s is %s', (name, shown) => {
    expect(text(name)).toBe(shown);
  });

  it('says what a function is called without what it returns', () => {
    expect(demangled('_ZN6kernel5twiceIiEET_S1_')).toEqual({
      ...{ text: 'int kernel::twice<int>(int)', path: 'kernel::twice<int>', parameters: '(int)' },
    });
    expect(demangled('_ZTVN6kernel6DeviceE')).toEqual({ text: 'vtable for kernel::Device' });
  });
});

describe('a hostile name', () => {
  /** Each part twice what the one before it is: 2^40 letters. */
  const doubling = `_Z1f${Array.from({ length: 40 }, (_, n) => `1aI${ref(n)}${ref(n)}E`).join('')}`;
  const pairs = `_Z1fP1AIiiE${Array.from({ length: 30 }, (_, n) => `1BI${ref(n * 2)}${ref(n * 2)}E`).join('')}`;

  it.each([
    ['pointers to pointers', `_Z1f${'P'.repeat(5000)}i`],
    ['arguments in arguments', `_Z1f${'1aI'.repeat(2000)}`],
    ['names in names', `_Z${'N1a'.repeat(2000)}`],
    ['packs in packs', `_Z1fI${'J'.repeat(3000)}E`],
    ['functions in functions', `_Z1f${'PF'.repeat(3000)}v`],
    ['expressions in expressions', `_Z1fIX${'ng'.repeat(3000)}`],
    ['parameters that are themselves', '_Z1fIT_EvT_'],
    ['parameters that are each other', '_Z1fIT0_T_EvT_T0_'],
    ['packs that are expanded in expansions', `_Z1fIJ${'i'.repeat(100)}EEv${'Dp'.repeat(100)}T_`],
    ['what doubles', doubling],
    ['what doubles, as types', pairs],
    ['Rust: references back to themselves', '_RNvB_1a'],
    ['Rust: references back that double', `_RINvC1a1f${'T'.repeat(20)}B6_${'B6_E'.repeat(20)}E`],
    ['Rust: lifetimes', '_RINvC1a1fFGzzzzzz_EuE'],
    ['Rust: tuples in tuples', `_RINvC1a1f${'T'.repeat(4000)}`],
    ['a long one', `_Z8191${'a'.repeat(8186)}`],
  ])('ends: %s', (_, name) => {
    const before = performance.now();
    expect((demangled(name)?.text ?? '').length).toBeLessThanOrEqual(1 << 14);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('never throws, whatever is changed', () => {
    const random = seededRandom(20261128);
    const names = [...ODD, ...RUST].filter((name) => name.length > 8);
    const letters = 'NEISTLXPKRFDJZC_0123456789abcdefvijM';
    for (let round = 0; round < 20_000; round++) {
      const parts = [...names[random(names.length)]!];
      for (let n = random(4); n >= 0; n--) {
        const at = 2 + random(parts.length - 1);
        parts.splice(at, random(3), letters[random(letters.length)]!.repeat(1 + random(2)));
      }
      demangled(parts.join(''));
    }
  });
});

/** The `n`th thing that a name refers back to. */
function ref(n: number): string {
  return n === 0 ? 'S_' : `S${(n - 1).toString(36).toUpperCase()}_`;
}
