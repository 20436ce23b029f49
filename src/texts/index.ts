export {
  actionLabel,
  countsText,
  findingText,
  fixTitle,
  LAYERS,
  layerTitle,
  remedyText,
  reportText,
  rulesText,
  severityText
} from './doctor';
export { driftTitle, keptTitle, lookedAt, verdictText } from './drift';
export { cleanKind, gitState, gitTitle, lastUsed } from './disk';
export { formatTitle } from './formats';
export {
  busyText,
  confidenceText,
  gib,
  gpusShort,
  holderFacts,
  holderTitle,
  hostText,
  limitText,
  memoryText,
  noteAdvice,
  noteText,
  ownerTitle,
  placeModel,
  placeName,
  throttleText,
  untoldText
} from './gpus';
export { bytes, clock, day, moment, offset } from './numbers';
export {
  eventText,
  failureTitle,
  fraction,
  phaseTitle,
  progressText,
  verbTitle
} from './operations';
export { driftText, faultText, pastTitle, runningText } from './past';
export { buildTitle, probeText, probeTitle } from './probes';
export { detailsOf, diagnosticsOf, diagnosticText, fixText, hintOf, messageOf } from './problems';
export { reasonText, targetReasons } from './targets';
export { maturityText, stackReasons, stackTarget, targetTitle } from './stacks';
