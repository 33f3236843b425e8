// Reads codes out of pictures, beside the page, with zxing compiled to WebAssembly. A classic script, because
// the library comes as one.

/* global ZXingWASM */
let ready = null;

self.onmessage = async (event) => {
  const { id, lib, wasm, picture, thorough } = event.data;
  try {
    if (lib) {
      importScripts(lib);
      ready = Promise.resolve(ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true }));
      await ready;
      self.postMessage({ id, codes: [] });
      return;
    }
    await ready;
    const formats = thorough ? [] : ["QRCode", "DataMatrix", "Code128", "Code39", "EAN13"];
    const found = await ZXingWASM.readBarcodes(picture, { formats, tryHarder: true, maxNumberOfSymbols: 8, tryRotate: Boolean(thorough), tryInvert: Boolean(thorough) });
    self.postMessage({ id, codes: found.filter((each) => each.isValid).map((each) => each.text) });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};
