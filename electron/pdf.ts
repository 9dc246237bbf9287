// Prints the HTML report as PDF, in a hidden window of its own without script, network or access to anything.

import { BrowserWindow, session } from 'electron'
import { saveWhole } from './save.ts'
import { guardSession } from './window.ts'

const reportAddress = 'app://report/'
const reportPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"

/** Writes `html` as PDF to `path` and returns the file's size in bytes. Throws what printing or writing throws. */
export async function printReport(html: string, path: string): Promise<number> {
  // Without `persist:` a session lives in memory only; a fresh name keeps reports apart.
  const apart = session.fromPartition(`report-${String(++printed)}`)
  guardSession(
    apart,
    () =>
      new Response(html, {
        headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': reportPolicy },
      }),
  )
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      session: apart,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      javascript: false,
      spellcheck: false,
    },
  })
  try {
    await window.loadURL(reportAddress)
    const pdf = await window.webContents.printToPDF({
      printBackground: true,
      preferCSSPageSize: true,
      generateTaggedPDF: true,
      generateDocumentOutline: true,
    })
    return await saveWhole(path, pdf)
  } finally {
    window.destroy()
  }
}

let printed = 0
