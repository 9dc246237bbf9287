// What a PDF says: the text of its pages as a reader of PDFs finds it, and its title.

import { extractText, getDocumentProxy } from 'unpdf'

export interface PdfText {
  readonly title: string
  /** Of each page, with single spaces: where a line or a word was broken, one stands too. */
  readonly pages: readonly string[]
  /** All of them, without any space: words that were broken are whole. */
  readonly tight: string
}

export async function readPdf(bytes: Uint8Array): Promise<PdfText> {
  const document = await getDocumentProxy(new Uint8Array(bytes))
  try {
    const { info } = (await document.getMetadata()) as { info: { Title?: string } }
    const { text } = await extractText(document, { mergePages: false })
    return {
      title: info.Title ?? '',
      pages: text.map((page) => page.replace(/\s+/g, ' ')),
      tight: tight(text.join('')),
    }
  } finally {
    await document.destroy()
  }
}

export function tight(text: string): string {
  return text.replace(/\s+/g, '')
}
