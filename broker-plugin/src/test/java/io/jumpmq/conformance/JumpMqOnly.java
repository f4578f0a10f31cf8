package io.jumpmq.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** A difference from RabbitMQ that is meant; {@code docs/compatibility.md} has the list. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf("io.jumpmq.conformance.BrokerUnderTest#isJumpMq")
@interface JumpMqOnly {
    /** Why we differ. */
    String value();
}
