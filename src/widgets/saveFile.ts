/** Let the browser save a file that came by a request, which carries what the page is logged in
 * with. */
export function saveFile({ data, name }: { data: Blob; name: string }): void {
  const url = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
