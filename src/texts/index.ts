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
export { detailsOf, diagnosticsOf, diagnosticText, fixText, hintOf, messageOf } from './problems';
