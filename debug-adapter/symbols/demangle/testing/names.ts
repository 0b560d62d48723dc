/** Mangled names that are hard to read, and hostile input for those who read them. Test support only. */
import type { Random } from '../../testing/random.ts';
import { demangled } from '../demangle.ts';

/** What libraries have little of: operators, pointers to all kinds, expressions, copies. */
export const ODD = `
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
_ZN1a10BranchImplIJEEEvPNS_5LabelIXsZT_EEEDpT_ _ZN1a10BranchImplIJicEEEvPNS_5LabelIXsZT_EEEDpT_ _ZN1a3SetILi3EXadL_ZNK2v85Value10IsFunctionEvEEEEvi
_ZN1A1BC1ERKS0_ _ZN1AIiE1BIcE1fES0_ _ZN1AUt_1fEv _ZN1AUt0_C2Ev _ZUlvE_ _ZNKR1A1fEv _ZNO1A1fEv _ZNVK1A1fEv _ZN1A1fB3abiEv _Z1fB5cxx11v
_Z1fDoFvvE _Z1fPDoFvvE _Z1fF6__half _Z1fDF16_ _Z1fu5__fooi _Z1fn _Z1fo _Z1fg _Z1fz _Z1fiz _Z1fIiEvOT_ _Z1fIRiEvOT_ _Z1fIOiEvRT_ _Z1fIKiEvRKT_
_Z1fIFivEEvPT_ _Z1fIA3_iEvRT_ _Z1fI1AIiEEvT_ _ZN1AIiE1BIcEC1Ev _ZN1a1bIXsr1cIT_E5valueEEEv _Z1fIiEN1AIT_E4typeES1_ _ZSt4moveIRiEONSt16remove_referenceIT_E4typeEOS2_
_ZNSt6vectorIiSaIiEE9push_backEOi _ZNSs6appendERKSs _ZNSsC1Ev _ZNSaIcED2Ev _ZlsRSoRKSs _Z1fRSiRSd _ZN3foo3barILNS_4ModeE1EEEvv _Z1fIXtl1ALi1ELi2EEEEvv
_ZZ1fiENKUlT_E_clIiEEDaS_ _ZZN1A1fEvENKUlRT_E_clIiEEDaS1_ _ZSt4sortIPcZ1fvEUlRKT_RKT0_E_EvS0_S0_S4_ _ZSt7find_ifIPiZ1fvEUlT_E_ES1_S1_S1_T0_
_ZN1AD4Ev _ZN1AC5Ev _ZN1A _Z _ZN _Z1 _Z3ab _ZS_ _ZT_ _Z1fS_ _Z1fT_ _Z1fIT_EvS0_ _ZN1AIE _Zabc _ZGX _Z1fM _Z99999999999a
`
  .trim()
  .split(/\s+/);

export const RUST = `
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

const LETTERS = 'NEISTLXPKRFDJZC_0123456789abcdefvijM';

/** One of these names with some of its letters changed. */
export function changedName(random: Random): string {
  const names = [...ODD, ...RUST].filter((name) => name.length > 8);
  const parts = [...names[random(names.length)]!];
  for (let n = random(4); n >= 0; n--) {
    const at = 2 + random(parts.length - 1);
    parts.splice(at, random(3), LETTERS[random(LETTERS.length)]!.repeat(1 + random(2)));
  }
  return parts.join('');
}

/** For `npm run fuzz`: whatever a name is, reading it throws nothing, and ends. */
export function fuzzTargets(): Promise<{ name: string; round: (random: Random) => Promise<void> }[]> {
  return Promise.resolve([
    {
      name: 'names',
      round(random) {
        demangled(changedName(random));
        return Promise.resolve();
      },
    },
  ]);
}
