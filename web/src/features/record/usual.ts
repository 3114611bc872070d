import type { Block, ObjectDefinition, Page, Tab } from '../../definition/types';

type Words = (key: string) => string;

/** How a record is shown where no pack has a page for it: all there is, in the usual order. */
export function usualPage(object: ObjectDefinition, t: Words): Page {
  const told = object.features.history || object.features.comments;
  const details: Record<string, Block> = {
    form: { form: '', width: told ? 'two_thirds' : 'full' },
    ...(told ? { timeline: { timeline: {}, width: 'third' } satisfies Block } : {}),
  };
  const tabs: Record<string, Tab> = { details: { label: t('record.details'), blocks: details } };
  const related = object.referenced_by.map(({ object: of, via, label, field }): [string, Block] => {
    // Two references of one object: the name of the reference tells them apart.
    const twice = object.referenced_by.filter((one) => one.object === of).length > 1;
    return [
      `${of}.${via}`,
      {
        label: twice ? `${label} · ${field}` : label,
        width: 'full',
        related: { object: of, via, columns: {}, sort: [] },
      },
    ];
  });
  if (related.length > 0) tabs.related = { label: t('record.related'), blocks: Object.fromEntries(related) };
  if (object.features.attachments) {
    tabs.files = { label: t('record.files'), blocks: { files: { width: 'full', attachments: {} } } };
  }
  return { kind: 'page', name: '', label: '', object: object.name, default: true, blocks: {}, tabs, expressions: {} };
}
