import Button from 'antd/es/button';
import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAnyDefinition, useDefinitions } from '../../../api/definitions';
import { FLOW_STATES } from '../../../api/flows';
import admin from '../admin.module.css';
import { Choice } from '../Choice';
import { Chooser } from '../Chooser';
import { Typed } from '../Typed';
import styles from './flows.module.css';
import { asksFurther, type FlowsSearch, turned } from './search';
import { WorkflowChoice } from './WorkflowChoice';

interface Props {
  search: FlowsSearch;
  onTurn: (next: FlowsSearch) => void;
}

const FLAGS = ['incident', 'overdue', 'outdated'] as const;

/** Which flows are shown: what is asked for often, and the rest behind a button. */
export function FlowFilters({ search, onTurn }: Props) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState(false);
  const open = wanted || asksFurther(search);
  const turn = (next: Parameters<typeof turned>[1]) => onTurn(turned(search, next));
  return (
    <>
      <div className={admin.row}>
        <Typed label={t('admin.flows.words')} type="search" value={search.q ?? ''} onChange={(q) => turn({ q })} />
        <div className={styles.often} data-open={open || search.workflow !== undefined || search.state !== undefined}>
          <WorkflowChoice value={search.workflow} onChange={(workflow) => turn({ workflow })} />
          <Choice
            label={t('admin.flows.state')}
            value={search.state}
            placeholder={t('admin.flows.any')}
            options={FLOW_STATES.map((value) => ({ value, label: t(`admin.flows.states.${value}`) }))}
            onChange={(state) => turn({ state })}
          />
        </div>
        <div className={styles.flags}>
          {FLAGS.map((flag) => (
            <Button
              key={flag}
              aria-pressed={search[flag] === true}
              color={search[flag] ? 'primary' : 'default'}
              variant={search[flag] ? 'filled' : 'outlined'}
              onClick={() => turn({ [flag]: search[flag] ? undefined : true })}
            >
              {t(`admin.flows.flags.${flag}`)}
            </Button>
          ))}
          <Button
            type="text"
            icon={<SlidersHorizontal size={15} />}
            aria-expanded={open}
            disabled={asksFurther(search)}
            onClick={() => setWanted(!wanted)}
          >
            {t('admin.flows.further')}
          </Button>
        </div>
      </div>
      {open && (
        <div className={admin.row}>
          <Further search={search} onTurn={onTurn} />
        </div>
      )}
    </>
  );
}

function Further({ search, onTurn }: Props) {
  const { t } = useTranslation();
  const objects = useDefinitions().filter((one) => one.kind === 'object');
  const turn = (next: Parameters<typeof turned>[1]) => onTurn(turned(search, next));
  return (
    <>
      <Choice
        label={t('admin.flows.object')}
        value={search.object}
        placeholder={t('admin.flows.any')}
        options={objects.map(({ name, label }) => ({ value: name, label }))}
        onChange={(object) => turn({ object })}
      />
      <StepChoice key={search.workflow} search={search} onTurn={onTurn} />
      <Chooser
        label={t('admin.flows.initiator')}
        object="base.user"
        value={search.initiator === undefined ? null : { id: search.initiator, title: search.name ?? null }}
        onChange={(who) => turn({ initiator: who?.id, name: who?.title ?? undefined })}
      />
      <Typed label={t('admin.flows.from')} type="date" value={search.from ?? ''} onChange={(from) => turn({ from })} />
      <Typed
        label={t('admin.flows.until')}
        type="date"
        value={search.until ?? ''}
        onChange={(until) => turn({ until })}
      />
    </>
  );
}

/** The step at which flows stand: those of a workflow, else by its name. */
function StepChoice({ search, onTurn }: Props) {
  const { t } = useTranslation();
  const steps = useAnyDefinition('workflow', search.workflow)?.steps ?? [];
  const turn = (node: string | undefined) => onTurn(turned(search, { node }));
  if (search.workflow === undefined) {
    return (
      <Typed label={t('admin.flows.step')} type="search" value={search.node ?? ''} onChange={(node) => turn(node)} />
    );
  }
  return (
    <Choice
      label={t('admin.flows.step')}
      value={search.node}
      placeholder={t('admin.flows.any')}
      options={steps.map((value) => ({ value, label: value }))}
      onChange={turn}
    />
  );
}
