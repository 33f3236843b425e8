// A scan is heard, felt and seen; whoever wants quiet switches the sound off.

const TONES = { new: [880, 0.09], again: [440, 0.12], wrong: [160, 0.3], place: [660, 0.2] };
/** @type {AudioContext|null} */
let audio = null;

export const quiet = () => localStorage.getItem("field-quiet") === "yes";
/** @param {boolean} yes */
export const setQuiet = (yes) => localStorage.setItem("field-quiet", yes ? "yes" : "no");

/** @param {"new"|"again"|"wrong"|"place"} what */
export function signal(what) {
  navigator.vibrate?.(what === "new" ? 60 : what === "wrong" ? [120, 60, 120] : [30, 40, 30]);
  if (quiet()) return;
  try {
    audio ??= new AudioContext();
    const [frequency, seconds] = TONES[what];
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.15;
    tone.frequency.value = frequency;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + seconds);
  } catch {
    audio = null; // a browser without sound: colour and words remain
  }
}
