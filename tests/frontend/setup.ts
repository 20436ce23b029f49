// jsdom has no clipboard, and JupyterLab says so for every file that imports it.
Object.assign(navigator, { clipboard: {} });

// JupyterLab's shim has ranges for CodeMirror that nobody else can use. jsdom's own are whole but
// for their place on the screen.
Reflect.deleteProperty(document, 'createRange');
Object.assign(Object.getPrototypeOf(document.createRange()) as object, {
  getBoundingClientRect: () => new DOMRect(),
  getClientRects: () => []
});
