import { ApiProperty } from '@nestjs/swagger';
import { DECISIONS } from '@assent/domain-exemption';

/** What a controller answers: an object of the class's shape. The class itself is there for the API's description. */
export type Shape<Class> = { readonly [Name in keyof Class]: Class[Name] };

export class ReasonAnswer {
  @ApiProperty({ example: 'AMOUNT_OVER_LIMIT' })
  code!: string;

  @ApiProperty({ description: 'The code in words.' })
  text!: string;
}

export class RuleAnswer {
  @ApiProperty({ example: 'EX16' })
  rule!: string;

  @ApiProperty({ example: 'RTS Article 16' })
  article!: string;

  @ApiProperty({ example: 'Low-value transactions' })
  title!: string;

  @ApiProperty({ description: 'For an exemption: it applies. For a scope rule: it settles the matter.' })
  passed!: boolean;

  @ApiProperty({ type: [ReasonAnswer] })
  reasons!: readonly Shape<ReasonAnswer>[];

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What the rule looked at.' })
  evidence!: Record<string, unknown>;
}

export class ExplainAnswer {
  @ApiProperty({ enum: DECISIONS })
  decision!: string;

  @ApiProperty({ type: String, nullable: true, example: 'EX16' })
  exemption!: string | null;

  @ApiProperty({ type: [String], description: 'Ordered.' })
  reasons!: readonly string[];

  @ApiProperty({ type: [RuleAnswer], description: 'Every rule that was asked, in order.' })
  rules!: readonly Shape<RuleAnswer>[];

  @ApiProperty({ example: 'EU' })
  profile!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The readings and house limits that were used.' })
  settings!: object;

  @ApiProperty({ type: [String], description: 'Exemptions in the order in which they were tried.' })
  consider!: readonly string[];

  @ApiProperty({ type: [String], description: 'Facts that were not given and so taken from the ordinary case.' })
  assumed!: readonly string[];
}

export class CounterAnswer {
  @ApiProperty({ enum: ['lowValue', 'contactless'] })
  kind!: string;

  @ApiProperty({ example: 'EUR', description: 'Currency of the regime.' })
  currency!: string;

  @ApiProperty({ description: 'Counts up with each strong customer authentication that resets the counter.' })
  epoch!: number;

  @ApiProperty({
    example: '42.50',
    description: 'Executed without strong customer authentication since the last one. Unrounded: an ellipsis says that there are more decimals.',
  })
  committedAmount!: string;

  @ApiProperty({ example: 3 })
  committedCount!: number;

  @ApiProperty({ example: '12.00', description: 'Held for exempt payments of which nobody has said what became of them. Spent like the rest.' })
  heldAmount!: string;

  @ApiProperty({ example: 1 })
  heldCount!: number;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class CountersAnswer {
  @ApiProperty()
  instrumentId!: string;

  @ApiProperty({ type: [CounterAnswer], description: 'Empty where the instrument has not been seen.' })
  counters!: readonly Shape<CounterAnswer>[];
}
